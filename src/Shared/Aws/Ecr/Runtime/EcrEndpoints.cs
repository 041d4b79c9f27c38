namespace Promoter.Aws.Ecr.Runtime;

/// <summary>The hosts of ECR's JSON API (service model "endpoint rule set").</summary>
internal static class EcrEndpoints
{
    public static string Api(string region, bool fips, bool dualStack)
    {
        var partition = AwsPartition.Of(region);
        // FIPS hosts of aws and aws-us-gov, and dual-stack hosts of aws, aws-cn and aws-us-gov, come without the "api." label.
        var isBare = fips ? partition.Name is "aws" or "aws-us-gov" : dualStack && partition.Name is "aws" or "aws-cn" or "aws-us-gov";
        var suffix = dualStack ? partition.DualStackDnsSuffix : partition.DnsSuffix;
        return $"https://{(isBare ? "" : "api.")}ecr{(fips ? "-fips" : "")}.{region}.{suffix}";
    }

    public static string PublicApi(string region) => $"https://api.ecr-public.{region}.amazonaws.com";
}
