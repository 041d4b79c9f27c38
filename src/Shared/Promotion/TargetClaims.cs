namespace Promoter.Promotion;

/// <summary>Sees to it that one target tag is claimed by one image only.</summary>
internal static class TargetClaims
{
    /// <summary>The requests without repetitions, in their order.</summary>
    /// <exception cref="PromotionException">Two requests want the same target tag with different content.</exception>
    public static IReadOnlyList<PromotionRequest> Distinct(IReadOnlyList<PromotionRequest> requests)
    {
        var claims = new Dictionary<string, PromotionRequest>(StringComparer.Ordinal);
        var distinct = new List<PromotionRequest>();
        foreach (var request in requests)
        {
            var key = request.TargetTag is { } tag ? $"{request.Target.Name}:{tag}" : $"{request.Target.Name}@{request.Target.Digest}";
            if (!claims.TryAdd(key, request))
            {
                var first = claims[key];
                if (first.Source == request.Source && first.PinnedDigest == request.PinnedDigest) continue;
                throw new PromotionException(ExitCode.Usage, $"two images claim the target {key}: {Describe(first)} and {Describe(request)}; a tag can point to one of them only");
            }

            distinct.Add(request);
        }

        return distinct;
    }

    private static string Describe(PromotionRequest request) =>
        request.Source.Digest == request.PinnedDigest ? request.Source.ToString() : $"{request.Source} with digest {request.PinnedDigest}";
}
