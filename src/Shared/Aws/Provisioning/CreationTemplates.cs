using Promoter.Aws.Ecr.Model;

namespace Promoter.Aws.Provisioning;

/// <summary>The account's templates for repositories that ECR itself makes on the first push.</summary>
internal sealed class CreationTemplates(EcrCalls calls)
{
    /// <summary>Whether the first push to <paramref name="repository"/> makes it; null where the templates may not be read.</summary>
    public async Task<bool?> MatchAsync(AwsRegistry registry, string repository, CancellationToken cancellationToken)
    {
        var templates = new List<RepositoryCreationTemplate>();
        string? next = null;
        do
        {
            var request = new DescribeRepositoryCreationTemplatesRequest { NextToken = next };
            var page = await calls.TryAsync(
                registry,
                EcrActions.DescribeRepositoryCreationTemplates,
                repository: "",
                client => client.DescribeRepositoryCreationTemplatesAsync(request, cancellationToken),
                cancellationToken);
            if (page is null) return null;
            templates.AddRange(page.RepositoryCreationTemplates);
            next = page.NextToken;
        }
        while (!string.IsNullOrEmpty(next));

        // The longest prefix decides alone, even where it is not for pushes; ROOT is for names that no prefix matches.
        var decisive = templates.Where(template => Covers(template, repository)).MaxBy(template => template.Prefix == RepositoryCreationTemplate.Root ? 0 : template.Prefix!.Length);
        return decisive?.AppliedFor.Contains(RepositoryCreationTemplate.CreateOnPush, StringComparer.Ordinal) == true;
    }

    // ECR puts a slash behind every prefix: "prod" covers "prod/api", not "production".
    private static bool Covers(RepositoryCreationTemplate template, string repository) =>
        template.Prefix == RepositoryCreationTemplate.Root
        || (template.Prefix is { Length: > 0 } prefix && repository.StartsWith(prefix.TrimEnd('/') + "/", StringComparison.Ordinal));
}
