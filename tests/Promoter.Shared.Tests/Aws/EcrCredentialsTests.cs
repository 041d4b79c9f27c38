using Promoter.Registries;

namespace Promoter.Tests.Aws;

public sealed class EcrCredentialsTests
{
    [Fact]
    public async Task A_host_that_is_not_ECR_is_left_to_the_next_source()
    {
        await using var scene = await AwsScene.StartAsync();
        using var registries = scene.Registries();
        using var credentials = AwsScene.Credentials(registries);

        Assert.Null(await credentials.FindAsync("ghcr.io", null, CancellationToken.None));
        Assert.Null(await credentials.FindAsync("public.ecr.aws", null, CancellationToken.None));
        Assert.Empty(scene.Aws.Requests);
    }

    [Fact]
    public async Task A_token_is_sent_first_and_names_the_role_it_is_for()
    {
        await using var scene = await AwsScene.StartAsync();
        using var registries = scene.Registries();
        using var credentials = AwsScene.Credentials(registries);

        var credential = await credentials.FindAsync(AwsScene.Target, null, CancellationToken.None);

        Assert.NotNull(credential);
        Assert.Equal(("AWS", "password-1", true), (credential.UserName, credential.Secret, credential.SendFirst));
        Assert.Contains("arn:aws:iam::222222222222:role/promoter", credential.Origin, StringComparison.Ordinal);
        Assert.DoesNotContain("password-1", credential.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Source_and_target_are_asked_with_their_own_roles()
    {
        await using var scene = await AwsScene.StartAsync();
        using var registries = scene.Registries();
        using var credentials = AwsScene.Credentials(registries);

        await credentials.FindAsync(AwsScene.Source, null, CancellationToken.None);
        await credentials.FindAsync(AwsScene.Target, null, CancellationToken.None);

        Assert.Equal(
            ["arn:aws:iam::111111111111:role/promoter", "arn:aws:iam::222222222222:role/promoter"],
            scene.Aws.Requests.Where(request => request.Operation == "AssumeRoleWithWebIdentity").Select(request => request.Body["RoleArn"]!.ToString()));
        Assert.Equal("oidc-token", scene.Aws.Last("AssumeRoleWithWebIdentity").Body["WebIdentityToken"]!.ToString());
        Assert.Equal(2, scene.Aws.Count("GetAuthorizationToken"));
    }

    [Fact]
    public async Task Registries_with_one_identity_in_one_region_share_a_token()
    {
        await using var scene = await AwsScene.StartAsync();
        var target = scene.Options(AwsScene.Target);
        using var registries = scene.Registries(target, target with { Host = AwsScene.Source });
        using var credentials = AwsScene.Credentials(registries);

        await credentials.FindAsync(AwsScene.Source, null, CancellationToken.None);
        await credentials.FindAsync(AwsScene.Target, null, CancellationToken.None);

        Assert.Equal(1, scene.Aws.Count("GetAuthorizationToken"));
    }

    [Fact]
    public async Task A_hundred_callers_at_once_cost_one_token()
    {
        await using var scene = await AwsScene.StartAsync();
        using var registries = scene.Registries();
        using var credentials = AwsScene.Credentials(registries);

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => credentials.FindAsync(AwsScene.Target, null, CancellationToken.None).AsTask()));

        Assert.Equal(1, scene.Aws.Count("GetAuthorizationToken"));
        Assert.Equal(1, scene.Aws.Count("AssumeRoleWithWebIdentity"));
    }

    [Fact]
    public async Task A_token_is_renewed_before_it_expires()
    {
        await using var scene = await AwsScene.StartAsync();
        var time = new ManualTime();
        Issue(scene, time, TimeSpan.FromHours(12));
        using var registries = scene.Registries();
        using var credentials = AwsScene.Credentials(registries, time);
        var first = await credentials.FindAsync(AwsScene.Target, null, CancellationToken.None);
        time.Advance(TimeSpan.FromHours(11));
        var stillFirst = await credentials.FindAsync(AwsScene.Target, null, CancellationToken.None);
        time.Advance(TimeSpan.FromMinutes(45));

        var second = await credentials.FindAsync(AwsScene.Target, null, CancellationToken.None);

        Assert.Equal("password-1", first!.Secret);
        Assert.Equal("password-1", stillFirst!.Secret);
        Assert.Equal("password-2", second!.Secret);
    }

    [Fact]
    public async Task A_rejected_token_is_replaced_once_for_all_who_were_refused()
    {
        await using var scene = await AwsScene.StartAsync();
        var time = new ManualTime();
        Issue(scene, time, TimeSpan.FromHours(12));
        using var registries = scene.Registries();
        using var credentials = AwsScene.Credentials(registries, time);
        var rejected = await credentials.FindAsync(AwsScene.Target, null, CancellationToken.None);

        var replaced = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => credentials.FindAsync(AwsScene.Target, rejected, CancellationToken.None).AsTask()));

        Assert.All(replaced, credential => Assert.Equal("password-2", credential!.Secret));
        Assert.Equal(2, scene.Aws.Count("GetAuthorizationToken"));
    }

    [Fact]
    public async Task A_token_that_the_registry_refused_is_never_answered_again()
    {
        await using var scene = await AwsScene.StartAsync();
        using var registries = scene.Registries();
        using var credentials = AwsScene.Credentials(registries);
        var rejected = await credentials.FindAsync(AwsScene.Target, null, CancellationToken.None);

        var exception = await Assert.ThrowsAsync<RegistryException>(async () => await credentials.FindAsync(AwsScene.Target, rejected, CancellationToken.None));

        Assert.Equal(RegistryFault.Denied, exception.Fault);
    }

    [Fact]
    public async Task A_failed_renewal_keeps_the_present_token_until_it_expires()
    {
        await using var scene = await AwsScene.StartAsync();
        var time = new ManualTime();
        Issue(scene, time, TimeSpan.FromHours(12));
        using var registries = scene.Registries();
        using var credentials = AwsScene.Credentials(registries, time);
        await credentials.FindAsync(AwsScene.Target, null, CancellationToken.None);
        scene.Aws.On("GetAuthorizationToken", _ => StubReply.Error(400, "ExpiredTokenException", "The security token included in the request is expired"));
        time.Advance(TimeSpan.FromMinutes((11 * 60) + 45));

        var kept = await credentials.FindAsync(AwsScene.Target, null, CancellationToken.None);
        time.Advance(TimeSpan.FromMinutes(20));
        var exception = await Assert.ThrowsAsync<RegistryException>(async () => await credentials.FindAsync(AwsScene.Target, null, CancellationToken.None));

        Assert.Equal("password-1", kept!.Secret);
        Assert.Equal(RegistryFault.Denied, exception.Fault);
        Assert.Contains("have expired and were not renewed", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_cannot_be_assumed_is_asked_for_once_by_all_who_wait()
    {
        await using var scene = await AwsScene.StartAsync();
        var gate = new TaskCompletionSource();
        scene.Aws.On("AssumeRoleWithWebIdentity", _ =>
        {
            gate.Task.GetAwaiter().GetResult();
            return StubReply.StsError("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
        });
        using var registries = scene.Registries();
        using var credentials = AwsScene.Credentials(registries, new ManualTime());
        var callers = Enumerable.Range(0, 20).Select(_ => credentials.FindAsync(AwsScene.Target, null, CancellationToken.None).AsTask()).ToList();
        gate.SetResult();

        foreach (var caller in callers)
        {
            var exception = await Assert.ThrowsAsync<RegistryException>(() => caller);
            Assert.Equal(RegistryFault.Denied, exception.Fault);
            Assert.Contains("role arn:aws:iam::222222222222:role/promoter cannot be assumed", exception.Message, StringComparison.Ordinal);
            Assert.Contains("trust policy", exception.Message, StringComparison.Ordinal);
            Assert.Contains("sts-request", exception.Message, StringComparison.Ordinal);
        }

        Assert.Equal(1, scene.Aws.Count("AssumeRoleWithWebIdentity"));
    }

    [Fact]
    public async Task A_denied_token_names_action_registry_and_principal()
    {
        await using var scene = await AwsScene.StartAsync();
        scene.Aws.On("GetAuthorizationToken", _ => StubReply.Error(
            400,
            "AccessDeniedException",
            "User: arn:aws:sts::222222222222:assumed-role/promoter/promoter is not authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action"));
        using var registries = scene.Registries();
        using var credentials = AwsScene.Credentials(registries);

        var exception = await Assert.ThrowsAsync<RegistryException>(async () => await credentials.FindAsync(AwsScene.Target, null, CancellationToken.None));

        Assert.Equal((RegistryFault.Denied, Side.Target, AwsScene.Target), (exception.Fault, exception.Side, exception.Host));
        Assert.Equal(["AccessDeniedException"], exception.Codes);
        Assert.Equal(
            $"ecr:GetAuthorizationToken on * at the target registry {AwsScene.Target} is denied to arn:aws:sts::222222222222:assumed-role/promoter/promoter "
            + "(no identity-based policy allows the ecr:GetAuthorizationToken action): allow ecr:GetAuthorizationToken on * in a policy of arn:aws:iam::222222222222:role/promoter (request stub-request)",
            exception.Message);
    }

    [Fact]
    public async Task The_public_gallery_is_authenticated_where_it_is_configured()
    {
        await using var scene = await AwsScene.StartAsync();
        scene.Aws.On("GetAuthorizationToken", _ => StubReply.Json(new() { ["authorizationData"] = StubAws.Token("public", TimeSpan.FromHours(12))["authorizationData"]![0]!.DeepClone() }));
        using var registries = scene.Registries(scene.Options(AwsScene.Target) with { Host = "public.ecr.aws" });
        using var credentials = AwsScene.Credentials(registries);

        var credential = await credentials.FindAsync("public.ecr.aws", null, CancellationToken.None);

        Assert.Equal(("public", false), (credential!.Secret, credential.SendFirst));
        var request = scene.Aws.Last("GetAuthorizationToken");
        Assert.StartsWith("SpencerFrontendService.", request.Target, StringComparison.Ordinal);
        Assert.Contains("/us-east-1/ecr-public/aws4_request", request.Authorization, StringComparison.Ordinal);
    }

    private static void Issue(AwsScene scene, ManualTime time, TimeSpan validFor)
    {
        var issued = 0;
        scene.Aws.On("GetAuthorizationToken", _ => StubReply.Json(StubAws.Token($"password-{Interlocked.Increment(ref issued)}", validFor, time.GetUtcNow())));
    }
}
