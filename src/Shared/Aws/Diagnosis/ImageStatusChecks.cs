using Promoter.Aws.Ecr.Model;
using Promoter.Registries;

namespace Promoter.Aws.Diagnosis;

/// <summary>
/// What ECR knows of an image that is at the target: whether its replicas are there (clusters of another region pull those) and what its scan found. Both are
/// for the reader alone; where they may not be asked or there is nothing to say, there is no line.
/// </summary>
internal sealed class ImageStatusChecks(EcrCalls calls, AwsRegistry registry, DiagnosisSubject subject)
{
    private static readonly string[] Severities = ["CRITICAL", "HIGH", "MEDIUM", "LOW"];

    public async Task<IReadOnlyList<Check>> RunAsync(string repository, string digest, CancellationToken cancellationToken)
    {
        var id = new ImageIdentifier { ImageDigest = digest };
        var replication = await AskAsync(
            EcrActions.DescribeImageReplicationStatus,
            repository,
            client => client.DescribeImageReplicationStatusAsync(
                new DescribeImageReplicationStatusRequest { RegistryId = registry.RegistryId, RepositoryName = repository, ImageId = id }, cancellationToken),
            cancellationToken);
        var scan = await AskAsync(
            EcrActions.DescribeImageScanFindings,
            repository,
            client => client.DescribeImageScanFindingsAsync(
                new DescribeImageScanFindingsRequest { RegistryId = registry.RegistryId, RepositoryName = repository, ImageId = id, MaxResults = 1 }, cancellationToken),
            cancellationToken);
        return [.. Replicas(repository, replication?.ReplicationStatuses ?? []), .. Findings(repository, scan)];
    }

    private async Task<T?> AskAsync<T>(string action, string repository, Func<Ecr.AmazonECRClient, Task<T>> call, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await calls.TryAsync(registry, action, repository, call, cancellationToken);
        }
        catch (RegistryException)
        {
            // No scan, no replication, or an API that is away, which other checks say.
            return null;
        }
    }

    private IEnumerable<Check> Replicas(string repository, IEnumerable<ImageReplicationStatus> statuses) => statuses.Select(status => new Check(
        $"replica of {repository} in {status.Region}",
        subject.Side,
        subject.Host,
        status.Status == "COMPLETE" ? CheckStatus.Ok : CheckStatus.Warn,
        status.Status switch
        {
            "COMPLETE" => "complete",
            "IN_PROGRESS" => "on its way: a cluster that pulls there cannot start the image yet",
            _ => $"{status.Status}{(string.IsNullOrEmpty(status.FailureCode) ? "" : $" ({status.FailureCode})")}: a cluster that pulls there cannot start the image",
        }));

    private IEnumerable<Check> Findings(string repository, DescribeImageScanFindingsResponse? scan)
    {
        if (scan?.ImageScanFindings?.FindingSeverityCounts is not { } counts) yield break;
        var text = string.Join(", ", Severities.Where(counts.ContainsKey).Select(severity => $"{counts[severity]} {severity}"));
        var isSerious = counts.ContainsKey("CRITICAL") || counts.ContainsKey("HIGH");
        yield return new Check($"scan of {repository}", subject.Side, subject.Host, isSerious ? CheckStatus.Warn : CheckStatus.Ok, text.Length > 0 ? $"found {text}" : "found nothing");
    }
}
