using Promoter.Aws;

namespace Promoter.Tests.Aws;

public sealed class AccessDenialTests
{
    [Fact]
    public void A_missing_identity_policy_is_repaired_at_the_role_behind_the_session()
    {
        Assert.True(AccessDenial.TryParse(
            "User: arn:aws:sts::222222222222:assumed-role/promoter/session is not authorized to perform: ecr:PutImage on resource: arn:aws:ecr:eu-west-1:222222222222:repository/shop/api because no identity-based policy allows the ecr:PutImage action",
            out var denial));

        Assert.Equal("ecr:PutImage", denial.Action);
        Assert.Equal("arn:aws:ecr:eu-west-1:222222222222:repository/shop/api", denial.Resource);
        Assert.Equal("allow ecr:PutImage on arn:aws:ecr:eu-west-1:222222222222:repository/shop/api in a policy of arn:aws:iam::222222222222:role/promoter", denial.Remedy);
    }

    [Fact]
    public void A_missing_resource_policy_is_repaired_at_the_repository()
    {
        Assert.True(AccessDenial.TryParse(
            "User: arn:aws:iam::222222222222:user/ci is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:111111111111:repository/shop/api because no resource-based policy allows the ecr:BatchGetImage action",
            out var denial));

        Assert.Equal("resource-based policy", denial.Policy);
        Assert.StartsWith("allow ecr:BatchGetImage to arn:aws:iam::222222222222:user/ci in the policy of the repository", denial.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("service control policy")]
    [InlineData("resource-based policy")]
    [InlineData("VPC endpoint policy")]
    [InlineData("permissions boundary")]
    public void An_explicit_deny_is_not_answered_with_another_allow(string policy)
    {
        Assert.True(AccessDenial.TryParse(
            $"User: arn:aws:iam::222222222222:user/ci is not authorized to perform: ecr:PutImage on resource: arn:aws:ecr:eu-west-1:222222222222:repository/a with an explicit deny in a {policy}",
            out var denial));

        Assert.True(denial.IsExplicitDeny);
        Assert.Equal($"remove or narrow the deny in the {policy} that covers ecr:PutImage on arn:aws:ecr:eu-west-1:222222222222:repository/a", denial.Remedy);
    }

    [Fact]
    public void The_text_is_found_inside_a_registrys_error_body()
    {
        Assert.True(AccessDenial.TryParse(
            """{"errors":[{"code":"DENIED","message":"User: arn:aws:iam::1:user/x is not authorized to perform: ecr:InitiateLayerUpload on resource: arn:aws:ecr:eu-west-1:222222222222:repository/a because no identity-based policy allows the ecr:InitiateLayerUpload action"}]}""",
            out var denial));

        Assert.Equal("no identity-based policy allows the ecr:InitiateLayerUpload action", denial.Reason);
    }

    [Fact]
    public void Another_text_is_not_a_denial() => Assert.False(AccessDenial.TryParse("Your authorization token has expired. Reauthenticate and try again.", out _));
}
