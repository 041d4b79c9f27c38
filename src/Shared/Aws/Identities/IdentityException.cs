using Amazon.Runtime;

namespace Promoter.Aws.Identities;

/// <summary>Credentials for an identity could not be had. The message is a sentence for a person; the cause is AWS's.</summary>
public sealed class IdentityException(string message, Exception? inner = null) : AmazonClientException(message, inner)
{
    /// <summary>The same attempt may succeed later (STS unreachable or throttling).</summary>
    public bool IsTransient { get; init; }
}
