namespace Promoter.Kubernetes;

/// <summary>A token in a file that the kubelet renews; read again every minute, as client-go does, and at once when the server refuses it.</summary>
public sealed class TokenFile(string path, TimeProvider time) : IKubernetesCredentials
{
    private static readonly TimeSpan Freshness = TimeSpan.FromMinutes(1);
    private Reading? _last;

    public async ValueTask<KubernetesCredential> GetAsync(KubernetesCredential? rejected, CancellationToken cancellationToken)
    {
        if (_last is { } last && rejected != last.Credential && time.GetUtcNow() - last.At < Freshness) return last.Credential;

        try
        {
            var token = (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
            if (token.Length == 0) throw new KubernetesException($"The token file {path} is empty.");
            _last = new Reading(new KubernetesCredential(token), time.GetUtcNow());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The kubelet swaps files by renaming; a token read a minute ago is better than none.
            if (_last is null) throw new KubernetesException($"The service account token cannot be read from {path}: {e.Message}", e);
        }

        return _last.Credential;
    }

    private sealed record Reading(KubernetesCredential Credential, DateTimeOffset At);
}
