using System.Globalization;
using System.Security;
using System.Text.RegularExpressions;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Registry;

namespace Promoter.Emulator.Sts;

/// <summary>Who am I, and who may I become.</summary>
internal sealed partial class StsOperations(AwsState state)
{
    /// <summary>The XML inside the operation's result element.</summary>
    public string Perform(StsCall call) => call.Operation switch
    {
        "GetCallerIdentity" => $"<Arn>{Escape(call.Caller!.Arn)}</Arn><UserId>{Escape(call.Caller.UserId)}</UserId><Account>{call.Caller.AccountId}</Account>",
        "AssumeRole" => AssumeRole(call),
        "AssumeRoleWithWebIdentity" => AssumeRoleWithWebIdentity(call),
        _ => throw new AwsErrorException("InvalidAction", $"Could not find operation {call.Operation} for version 2011-06-15"),
    };

    private static string Escape(string text) => SecurityElement.Escape(text);

    private string AssumeRole(StsCall call)
    {
        var caller = call.Caller!;
        var (arn, session) = (call.Required("RoleArn"), SessionName(call));
        var role = state.Iam.FindRole(arn, out var trust);
        var denied = new AwsErrorException("AccessDeniedException", $"User: {caller.Arn} is not authorized to perform: sts:AssumeRole on resource: {arn}");
        // AWS does not tell a role that is missing from one that does not trust the caller.
        if (role is null || !trust.Names(caller.Principal) || (trust.ExternalId is not null && trust.ExternalId != call.Text("ExternalId"))) throw denied;
        var namedDirectly = trust.Principals.Contains(caller.Principal.Arn) && role.AccountId == caller.AccountId;
        if (!namedDirectly && state.Authorizer.Refuse(caller, "sts:AssumeRole", arn, caller.AccountId) is not null) throw denied;
        return Session(role, session, Duration(call, trust, caller.Arn.Contains(":assumed-role/", StringComparison.Ordinal)));
    }

    private string AssumeRoleWithWebIdentity(StsCall call)
    {
        var (subject, audience) = state.Iam.WebIdentity.Verify(call.Required("WebIdentityToken"));
        var role = state.Iam.FindRole(call.Required("RoleArn"), out var trust);
        if (role is null || trust.WebIdentitySubject is null || !Wildcard.Matches(trust.WebIdentitySubject, subject) || trust.WebIdentityAudience != audience)
        {
            throw new AwsErrorException("AccessDeniedException", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
        }

        return Session(role, SessionName(call), Duration(call, trust, isChained: false)) +
            $"<SubjectFromWebIdentityToken>{Escape(subject)}</SubjectFromWebIdentityToken><Audience>{Escape(audience)}</Audience><Provider>{Escape(state.Iam.WebIdentity.Issuer)}</Provider>";
    }

    private static string SessionName(StsCall call)
    {
        var name = call.Required("RoleSessionName");
        return SessionNamePattern().IsMatch(name)
            ? name
            : throw new AwsErrorException("ValidationError", $"1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*");
    }

    private static TimeSpan Duration(StsCall call, RoleTrust trust, bool isChained)
    {
        var seconds = int.TryParse(call.Text("DurationSeconds"), CultureInfo.InvariantCulture, out var asked) ? asked : 3600;
        if (seconds < 900) throw new AwsErrorException("ValidationError", $"1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900");
        if (isChained && seconds > 3600) throw new AwsErrorException("ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining");
        return seconds <= trust.MaxSession.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new AwsErrorException("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    }

    private string Session(Principal role, string session, TimeSpan duration)
    {
        var key = state.Iam.IssueSession(role, session, duration);
        var caller = state.Iam.CallerOf(key);
        return
            $"<Credentials><AccessKeyId>{key.AccessKeyId}</AccessKeyId><SecretAccessKey>{key.SecretAccessKey}</SecretAccessKey><SessionToken>{key.SessionToken}</SessionToken>" +
            $"<Expiration>{key.Expiration!.Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}</Expiration></Credentials>" +
            $"<AssumedRoleUser><AssumedRoleId>{Escape(caller.UserId)}</AssumedRoleId><Arn>{Escape(caller.Arn)}</Arn></AssumedRoleUser>";
    }

    [GeneratedRegex(@"^[\w+=,.@-]{2,64}$")]
    private static partial Regex SessionNamePattern();
}
