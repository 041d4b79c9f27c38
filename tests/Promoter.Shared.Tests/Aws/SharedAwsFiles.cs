using Promoter.Tests.Aws;

[assembly: AssemblyFixture(typeof(SharedAwsFiles))]

namespace Promoter.Tests.Aws;

/// <summary>The shared AWS config and credentials files of this test process, in place of the machine's. The SDK reads where they are once, so they are set before any test.</summary>
public sealed class SharedAwsFiles : IDisposable
{
    private const string Profiles = """
        [profile keys]
        aws_access_key_id = AKIAEXAMPLE
        aws_secret_access_key = secret
        [profile empty]
        region = eu-west-1
        [profile half]
        aws_access_key_id = AKIAEXAMPLE
        [profile orphan]
        role_arn = arn:aws:iam::111111111111:role/x
        source_profile = nobody
        [profile process]
        credential_process = /bin/false
        [profile prose]
        credential_process = /bin/echo hello
        [profile sso]
        sso_session = corp
        sso_account_id = 111111111111
        sso_role_name = developer
        [sso-session corp]
        sso_start_url = https://corp.awsapps.com/start
        sso_region = eu-west-1
        [profile old-sso]
        sso_start_url = https://corp.awsapps.com/start
        sso_region = eu-west-1
        sso_account_id = 111111111111
        sso_role_name = developer

        """;

    private static readonly DirectoryInfo Folder = Directory.CreateTempSubdirectory("promoter-aws-");

    public static string Config { get; } = Path.Combine(Folder.FullName, "config");

    public SharedAwsFiles()
    {
        var credentials = Path.Combine(Folder.FullName, "credentials");
        File.WriteAllText(Config, Profiles);
        File.WriteAllText(credentials, "");
        Environment.SetEnvironmentVariable("AWS_CONFIG_FILE", Config);
        Environment.SetEnvironmentVariable("AWS_SHARED_CREDENTIALS_FILE", credentials);
    }

    public void Dispose() => Folder.Delete(recursive: true);
}
