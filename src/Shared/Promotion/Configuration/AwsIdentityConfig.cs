using System.Text.RegularExpressions;

namespace Promoter.Promotion.Configuration;

/// <summary>Who calls ECR for one registry. The chain is: profile, web identity or ambient credentials, then the role on top.</summary>
public sealed partial record AwsIdentityConfig
{
    /// <summary>The role to assume with the base identity; null: the base identity itself.</summary>
    public string? RoleArn { get; init; }

    /// <summary>The secret word that the role's trust policy asks for (<c>sts:ExternalId</c>).</summary>
    public string? ExternalId { get; init; }

    /// <summary>What CloudTrail shows.</summary>
    public string? SessionName { get; init; }

    /// <summary>The registry's region; null: the one in the host name.</summary>
    public string? Region { get; init; }

    /// <summary>A profile of the shared AWS configuration as base identity.</summary>
    public string? Profile { get; init; }

    /// <summary>A web identity as base identity, where it is not the pod's own.</summary>
    public AwsWebIdentityConfig? WebIdentity { get; init; }

    internal static ConfigType<string> Arn { get; } = ConfigTypes.Matching("role ARN", RoleArnGrammar(), "write arn:aws:iam::ACCOUNT:role/NAME");

    internal static ConfigShape<AwsIdentityConfig> Shape { get; } = new ConfigShape<AwsIdentityConfig>(
        "aws", "Who calls ECR for this registry: a base identity, and the role that it assumes.", new AwsIdentityConfig())
        .Key("roleArn", ConfigTypes.Optional(Arn), a => a.RoleArn, (a, v) => a with { RoleArn = v }, "The role to assume for this registry.")
        .Key(
            "externalId", ConfigTypes.Optional(ConfigTypes.Text), a => a.ExternalId, (a, v) => a with { ExternalId = v },
            "The external id that the role's trust policy asks for.")
        .Key(
            "sessionName", ConfigTypes.Optional(SessionNames), a => a.SessionName, (a, v) => a with { SessionName = v },
            "The session name that CloudTrail shows; 2 to 64 characters.")
        .Key("region", ConfigTypes.Optional(Regions), a => a.Region, (a, v) => a with { Region = v }, "The region; left out, the one in the host name.")
        .Key(
            "profile", ConfigTypes.Optional(ConfigTypes.Text), a => a.Profile, (a, v) => a with { Profile = v },
            "A profile of `~/.aws/config` as base identity.")
        .Key(
            "webIdentity", ConfigTypes.SectionOf(AwsWebIdentityConfig.Shape), a => a.WebIdentity, (a, v) => a with { WebIdentity = v },
            "A projected service account token as base identity, where it is not the one that the pod's environment names.")
        .Check(a => a is { Profile: not null, WebIdentity: not null } ? "'profile' and 'webIdentity' are two base identities: leave one out" : null)
        .Check(a => a is { ExternalId: not null, RoleArn: null } ? "'externalId' goes with a role: add roleArn, or leave it out" : null);

    private static ConfigType<string> SessionNames =>
        ConfigTypes.Matching("session name", SessionNameGrammar(), "2 to 64 letters, digits and any of _+=,.@-");

    private static ConfigType<string> Regions => ConfigTypes.Matching("AWS region", RegionGrammar(), "write for example eu-west-1");

    [GeneratedRegex("^arn:aws[a-z0-9-]*:iam::[0-9]{12}:role/.+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RoleArnGrammar();

    [GeneratedRegex("^[A-Za-z0-9_+=,.@-]{2,64}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SessionNameGrammar();

    [GeneratedRegex("^[a-z]{2,4}(-[a-z]+)+-[0-9]+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RegionGrammar();
}
