using Promoter.Aws;

namespace Promoter.Tests.Aws;

public sealed class EcrHostTests
{
    [Theory]
    [InlineData("111111111111.dkr.ecr.eu-west-1.amazonaws.com", "eu-west-1", "aws", false, false, "https://api.ecr.eu-west-1.amazonaws.com")]
    [InlineData("111111111111.dkr.ecr-fips.us-east-1.amazonaws.com", "us-east-1", "aws", true, false, "https://ecr-fips.us-east-1.amazonaws.com")]
    [InlineData("111111111111.dkr-ecr.eu-west-1.on.aws", "eu-west-1", "aws", false, true, "https://ecr.eu-west-1.api.aws")]
    [InlineData("111111111111.dkr-ecr-fips.us-west-2.on.aws", "us-west-2", "aws", true, true, "https://ecr-fips.us-west-2.api.aws")]
    [InlineData("111111111111.dkr.ecr.us-gov-west-1.amazonaws.com", "us-gov-west-1", "aws-us-gov", false, false, "https://api.ecr.us-gov-west-1.amazonaws.com")]
    [InlineData("111111111111.dkr.ecr-fips.us-gov-east-1.amazonaws.com", "us-gov-east-1", "aws-us-gov", true, false, "https://ecr-fips.us-gov-east-1.amazonaws.com")]
    [InlineData("111111111111.dkr-ecr.us-gov-west-1.on.aws", "us-gov-west-1", "aws-us-gov", false, true, "https://ecr.us-gov-west-1.api.aws")]
    [InlineData("111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1", "aws-cn", false, false, "https://api.ecr.cn-north-1.amazonaws.com.cn")]
    [InlineData("111111111111.dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn", "cn-northwest-1", "aws-cn", false, true, "https://ecr.cn-northwest-1.api.amazonwebservices.com.cn")]
    [InlineData("111111111111.dkr.ecr.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1", "aws-eusc", false, false, "https://api.ecr.eusc-de-east-1.amazonaws.eu")]
    [InlineData("111111111111.dkr.ecr.us-iso-east-1.c2s.ic.gov", "us-iso-east-1", "aws-iso", false, false, "https://api.ecr.us-iso-east-1.c2s.ic.gov")]
    [InlineData("111111111111.dkr.ecr.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1", "aws-iso-b", false, false, "https://api.ecr.us-isob-east-1.sc2s.sgov.gov")]
    [InlineData("111111111111.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1", "aws-iso-e", false, false, "https://api.ecr.eu-isoe-west-1.cloud.adc-e.uk")]
    [InlineData("111111111111.dkr.ecr.us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1", "aws-iso-f", false, false, "https://api.ecr.us-isof-south-1.csp.hci.ic.gov")]
    [InlineData("111111111111.dkr.ecr.ap-southeast-9.amazonaws.com", "ap-southeast-9", "aws", false, false, "https://api.ecr.ap-southeast-9.amazonaws.com")]
    public void Every_form_of_a_private_host_tells_account_region_partition_and_endpoint(
        string text, string region, string partition, bool fips, bool dualStack, string endpoint)
    {
        Assert.True(EcrHost.TryParse(text, out var host));

        Assert.Equal("111111111111", host.AccountId);
        Assert.Equal((region, partition, fips, dualStack), (host.Region, host.Partition.Name, host.IsFips, host.IsDualStack));
        Assert.Equal(endpoint, host.ApiEndpoint);
        Assert.False(host.IsPublic);
    }

    [Theory]
    [InlineData("public.ecr.aws")]
    [InlineData("ecr-public.aws.com")]
    public void The_public_gallery_answers_in_one_region(string text)
    {
        Assert.True(EcrHost.TryParse(text, out var host));

        Assert.True(host.IsPublic);
        Assert.Equal(("", "us-east-1"), (host.AccountId, host.Region));
        Assert.Equal("https://api.ecr-public.us-east-1.amazonaws.com", host.ApiEndpoint);
    }

    [Theory]
    [InlineData("docker.io")]
    [InlineData("ghcr.io")]
    [InlineData("localhost:5000")]
    [InlineData("111111111111.dkr.ecr.eu-west-1.amazonaws.com.evil.example")]
    [InlineData("evil.111111111111.dkr.ecr.eu-west-1.amazonaws.com")]
    public void Another_host_is_never_taken_for_ECR(string text) => Assert.False(EcrHost.TryParse(text, out _));

    [Theory]
    [InlineData("11111111111.dkr.ecr.eu-west-1.amazonaws.com", "12-digit account")]
    [InlineData("111111111111.dkr.ecr.cn-north-1.amazonaws.com", "amazonaws.com.cn")]
    [InlineData("111111111111.dkr-ecr.eu-west-1.amazonaws.com", "on.aws")]
    public void A_host_that_only_looks_like_ECR_is_explained(string text, string hint)
    {
        Assert.False(EcrHost.TryParse(text, out _, out var problem));

        Assert.Contains(hint, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_repository_is_named_in_the_partition_of_its_registry()
    {
        Assert.True(EcrHost.TryParse("111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn", out var host));

        Assert.Equal("arn:aws-cn:ecr:cn-north-1:111111111111:repository/shop/api", host.RepositoryArn("shop/api"));
    }

    [Fact]
    public void A_mistyped_region_is_met_with_the_nearest_one() => Assert.Equal("eu-west-1", AwsPartition.NearestRegion("eu-wset-1"));

    [Fact]
    public void A_region_does_not_become_known_by_being_used()
    {
        Amazon.RegionEndpoint.GetBySystemName("eu-wset-1");

        Assert.False(AwsPartition.KnowsRegion("eu-wset-1"));
        Assert.Equal("eu-west-1", AwsPartition.NearestRegion("eu-wset-1"));
        Assert.True(AwsPartition.KnowsRegion("eu-west-1"));
    }
}
