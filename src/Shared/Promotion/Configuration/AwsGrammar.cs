using System.Text.RegularExpressions;

namespace Promoter.Promotion.Configuration;

/// <summary>How AWS writes its names (IAM User Guide, quotas and character limits). The patterns stand in the JSON schema too, so they keep to what every engine knows.</summary>
public static partial class AwsGrammar
{
    /// <summary>For example <c>eu-west-1</c>, <c>us-gov-east-1</c>, <c>eusc-de-east-1</c>.</summary>
    [GeneratedRegex("^[a-z]{2,5}(-[a-z]+)+-[0-9]+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    public static partial Regex Region { get; }

    /// <summary>An account id.</summary>
    [GeneratedRegex("^[0-9]{12}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    public static partial Regex Account { get; }

    /// <summary>The ARN of a role, with its path.</summary>
    [GeneratedRegex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,576}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    public static partial Regex RoleArn { get; }

    /// <summary>The name of a role's session.</summary>
    [GeneratedRegex("^[A-Za-z0-9_+=,.@-]{2,64}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    public static partial Regex SessionName { get; }
}
