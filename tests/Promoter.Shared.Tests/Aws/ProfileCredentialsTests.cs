using Promoter.Aws;
using Promoter.Aws.Identities;

namespace Promoter.Tests.Aws;

/// <summary>What a profile of the shared AWS files gives, and what is said where it gives nothing.</summary>
public sealed class ProfileCredentialsTests : IDisposable
{
    private readonly AwsIdentities _identities = new();

    public void Dispose() => _identities.Dispose();

    [Fact]
    public async Task The_keys_of_a_profile_are_used() => Assert.Equal("AKIAEXAMPLE", (await _identities.CredentialsOf(Profile("keys")).GetCredentialsAsync()).AccessKey);

    [Theory]
    [InlineData("keyz", "there is no profile 'keyz' in the shared AWS config and credentials files (did you mean 'keys'?)")]
    [InlineData("production", "there is no profile 'production' in the shared AWS config and credentials files: check the name, AWS_CONFIG_FILE")]
    [InlineData("empty", "profile 'empty' names no usable credentials: it needs aws_access_key_id")]
    [InlineData("half", "profile 'half' names no usable credentials: it needs aws_access_key_id")]
    [InlineData("orphan", "profile 'orphan' assumes its role from source_profile 'nobody', and there is no profile of that name")]
    [InlineData("process", "profile 'process' gives no credentials: Command returned non-zero exit value 1 with the error; run '/bin/false' by hand")]
    [InlineData("prose", "profile 'prose' gives no credentials: ")]
    [InlineData("sso", "profile 'sso' signs in through a browser (IAM Identity Center), which only the AWS CLI can: give a profile the line 'credential_process = aws configure export-credentials --profile sso'")]
    [InlineData("old-sso", "profile 'old-sso' signs in through a browser")]
    public async Task A_profile_without_credentials_says_which_and_what_to_do(string profile, string says)
    {
        foreach (var ask in (Func<Task>[])[() => _identities.CredentialsOf(Profile(profile)).GetCredentialsAsync(), () => Task.Run(() => _identities.CredentialsOf(Profile(profile)).GetCredentials())])
        {
            var failure = await Assert.ThrowsAsync<IdentityException>(ask);

            Assert.StartsWith(says, failure.Message, StringComparison.Ordinal);
            Assert.False(failure.IsTransient);
        }
    }

    [Fact]
    public async Task A_role_over_a_profile_without_credentials_says_the_same()
    {
        var role = Profile("process") with { RoleArn = "arn:aws:iam::222222222222:role/x", StsEndpoint = "http://127.0.0.1:1" };

        var failure = await Assert.ThrowsAsync<IdentityException>(() => _identities.CredentialsOf(role).GetCredentialsAsync());

        Assert.StartsWith("profile 'process' gives no credentials", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_that_is_written_after_it_was_missed_is_found()
    {
        Assert.Throws<IdentityException>(() => _identities.CredentialsOf(Profile("late")));
        await File.AppendAllTextAsync(SharedAwsFiles.Config, "[profile late]\naws_access_key_id = AKIALATE\naws_secret_access_key = secret\n", TestContext.Current.CancellationToken);

        Assert.Equal("AKIALATE", (await _identities.CredentialsOf(Profile("late")).GetCredentialsAsync()).AccessKey);
    }

    private static AwsIdentity Profile(string name) =>
        new(AwsCredentialSource.Profile, name, WebIdentityTokenFile: null, RoleArn: null, ExternalId: null, AwsIdentity.DefaultSessionName, "eu-west-1", StsEndpoint: null);
}
