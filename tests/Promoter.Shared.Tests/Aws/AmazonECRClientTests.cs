using System.Text.Json.Nodes;
using Amazon.Runtime;
using Promoter.Aws.Ecr;
using Promoter.Aws.Ecr.Model;

namespace Promoter.Tests.Aws;

public sealed class AmazonECRClientTests
{
    [Fact]
    public async Task A_request_is_signed_for_the_registrys_region_and_carries_its_target()
    {
        await using var aws = await StubAws.StartAsync();
        using var client = Client(aws, "ap-south-2");

        await client.GetAuthorizationTokenAsync(new GetAuthorizationTokenRequest(), CancellationToken.None);

        var request = aws.Last("GetAuthorizationToken");
        Assert.Equal("AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken", request.Target);
        Assert.Contains("/ap-south-2/ecr/aws4_request", request.Authorization, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_travel_under_AWSs_names_and_absent_ones_not_at_all()
    {
        await using var aws = await StubAws.StartAsync();
        aws.On("CreateRepository", _ => StubReply.Json(new JsonObject
        {
            ["repository"] = new JsonObject { ["repositoryArn"] = "arn:x", ["createdAt"] = 1767225600.5, ["imageTagMutability"] = "IMMUTABLE", ["unknownMember"] = 1 },
        }));
        using var client = Client(aws);

        var response = await client.CreateRepositoryAsync(
            new CreateRepositoryRequest { RepositoryName = "shop/api", Tags = [new Tag { Key = "team", Value = "shop" }], ImageScanningConfiguration = new() { ScanOnPush = true } },
            CancellationToken.None);

        Assert.Equal(
            """{"imageScanningConfiguration":{"scanOnPush":true},"repositoryName":"shop/api","tags":[{"Key":"team","Value":"shop"}]}""",
            aws.Last("CreateRepository").Body.ToJsonString());
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, 500, TimeSpan.Zero), response.Repository!.CreatedAt);
    }

    [Theory]
    [InlineData("RepositoryNotFoundException")]
    [InlineData("com.amazonaws.ecr#RepositoryNotFoundException")]
    [InlineData("RepositoryNotFoundException:http://internal.amazon.com/coral/")]
    public async Task An_error_code_is_typed_however_it_is_spelt(string code)
    {
        await using var aws = await StubAws.StartAsync();
        aws.On("DescribeRepositories", _ => StubReply.Error(400, code, "The repository with name 'x' does not exist"));
        using var client = Client(aws);

        var exception = await Assert.ThrowsAsync<RepositoryNotFoundException>(() => client.DescribeRepositoriesAsync(new DescribeRepositoriesRequest(), CancellationToken.None));

        Assert.Equal("stub-request", exception.RequestId);
    }

    [Fact]
    public async Task An_unknown_error_keeps_its_code_and_message()
    {
        await using var aws = await StubAws.StartAsync();
        aws.On("DescribeRepositories", _ => StubReply.Error(400, "BrandNewException", "something new"));
        using var client = Client(aws);

        var exception = await Assert.ThrowsAsync<AmazonECRException>(() => client.DescribeRepositoriesAsync(new DescribeRepositoriesRequest(), CancellationToken.None));

        Assert.Equal(("BrandNewException", "something new"), (exception.ErrorCode, exception.Message));
    }

    [Theory]
    [InlineData(400, "ThrottleException")]
    [InlineData(400, "ThrottlingException")]
    [InlineData(429, "SomethingElse")]
    [InlineData(503, "ServiceUnavailable")]
    public async Task Throttling_and_outages_are_retried_and_signed_again(int status, string code)
    {
        await using var aws = await StubAws.StartAsync();
        var calls = 0;
        aws.On("DescribeRepositories", _ => Interlocked.Increment(ref calls) == 1 ? StubReply.Error(status, code, "slow down") : StubReply.Json(new JsonObject { ["repositories"] = new JsonArray() }));
        using var client = Client(aws);

        await client.DescribeRepositoriesAsync(new DescribeRepositoriesRequest(), CancellationToken.None);

        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task The_key_management_error_behind_a_refusal_is_kept()
    {
        await using var aws = await StubAws.StartAsync();
        aws.On("CreateRepository", _ => new StubReply(400, "application/x-amz-json-1.1", """{"__type":"KmsException","message":"key is disabled","kmsError":"DisabledException"}"""));
        using var client = Client(aws);

        var exception = await Assert.ThrowsAsync<KmsException>(() => client.CreateRepositoryAsync(new CreateRepositoryRequest { RepositoryName = "a" }, CancellationToken.None));

        Assert.Equal("DisabledException", exception.KmsError);
    }

    private static AmazonECRClient Client(StubAws aws, string region = "eu-west-1") =>
        new(new BasicAWSCredentials("AKIDSTUB", "secret"), new AmazonECRConfig(region) { ServiceURL = aws.Url });
}
