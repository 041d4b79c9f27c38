using Promoter.Emulator;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Promotion;

/// <summary>
/// The real program, promoting thirty images, is killed (SIGKILL) at moments that a seed chooses: after so many requests, and every third time after so many
/// tags, since that is the most delicate part. The target believes everything: it would store a manifest whose layers are missing.
/// </summary>
public sealed class KilledPromotionTests : IAsyncLifetime
{
    private const int Images = 30;
    private const int Kills = 50;
    private readonly PromoterProcess _promoter = new();
    private readonly RequestLog _requests = new();
    private readonly Dictionary<string, BuiltImage> _images = [];
    private readonly List<string> _references = [];
    private readonly Dictionary<string, string> _referrers = [];
    private readonly Dictionary<string, string> _cosignTags = [];
    private EmulatedRegistry _source = null!;

    public async ValueTask InitializeAsync()
    {
        _source = await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "source", Requests = _requests });
        for (var i = 0; i < Images; i++)
        {
            var (repository, name) = ($"shop/app{i}", $"app{i}");
            var image = i % 5 == 0 ? SampleImages.TwoPlatforms(name) : new ImageBuilder().WithRandomLayer(2000, 1).WithRandomLayer(1000 + i, 100 + i).Build();
            _images[repository] = _source.Push(repository, image, "1.0");
            // Pinned or by tag: with a digest at hand the promoter believes what it finds at the target, and does not ask the source.
            _references.Add(i % 2 == 0 ? $"{repository}:1.0" : $"{repository}:1.0@{image.Digest}");
            if (i % 6 < 2)
            {
                _referrers[repository] = _source.Push(repository, SampleImages.Signature(image)).Digest;
            }
            else if (i % 6 < 4)
            {
                _cosignTags[repository] = SampleImages.CosignTag(image);
                _source.Push(repository, SampleImages.Cosign(image), _cosignTags[repository]);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _promoter.Dispose();
        await _source.DisposeAsync();
    }

    [Fact]
    public async Task Fifty_kills_leave_no_tag_on_incomplete_content_and_every_promotion_finishes_in_the_end()
    {
        var random = new Random(20261121);
        var kills = 0;
        var requestsOfAWholeRun = await CountRequestsAsync();

        while (kills < Kills)
        {
            // A target is promoted to until a run gets through; then a fresh one begins.
            await using var target = await StartTargetAsync();
            while (true)
            {
                var wanted = kills % 3 == 2 ? After(random.Next(1, Images), r => r.Action == EmulatedAction.PutTag) : After(random.Next(1, requestsOfAWholeRun), _ => true);
                var result = kills == Kills ? await _promoter.RunAsync(Arguments(target)) : await KillAsync(target, wanted);
                await AssertNoTagIsOnIncompleteContentAsync(target);
                if (result is not null)
                {
                    Assert.True(result.ExitCode == 0, result.ToString());
                    break;
                }

                kills++;
            }

            await AssertWholeAsync(target);
        }
    }

    [Fact]
    public async Task Two_promoters_at_once_give_the_same_result()
    {
        await using var target = await StartTargetAsync();

        var results = await Task.WhenAll(_promoter.RunAsync(Arguments(target)), _promoter.RunAsync(Arguments(target)));

        Assert.All(results, result => Assert.True(result.ExitCode == 0, result.ToString()));
        await AssertWholeAsync(target);
    }

    // It takes a manifest whose content is not there, so that the order of requests is all that protects its tags.
    private Task<EmulatedRegistry> StartTargetAsync() => EmulatedRegistry.StartAsync(
        new RegistryOptions { Name = "target", Requests = _requests, Behaviour = new RegistryBehaviour { RequiresContent = false } });

    private string[] Arguments(EmulatedRegistry target) =>
        ["promote", "--from", _source.ReferenceHost, "--to", target.ReferenceHost, .. _references.Select(reference => $"{target.ReferenceHost}/{reference}")];

    private async Task<int> CountRequestsAsync()
    {
        await using var target = await StartTargetAsync();
        _requests.Clear();
        var result = await _promoter.RunAsync(Arguments(target));
        Assert.True(result.ExitCode == 0, result.ToString());
        await AssertWholeAsync(target);
        return _requests.All.Count(r => r.UserAgent.StartsWith("promoter", StringComparison.Ordinal));
    }

    private static Func<RecordedRequest, bool> After(int count, Func<RecordedRequest, bool> which)
    {
        var seen = 0;
        return request => which(request) && ++seen == count;
    }

    /// <summary>Null where it was killed; its result where it had ended before the moment came.</summary>
    private async Task<PromoterResult?> KillAsync(EmulatedRegistry target, Func<RecordedRequest, bool> moment)
    {
        _requests.Clear();
        using var kill = new CancellationTokenSource();
        using var ended = new CancellationTokenSource();
        var killing = _requests.WaitForAsync(moment, ended.Token).ContinueWith(_ => kill.CancelAsync(), TaskContinuationOptions.OnlyOnRanToCompletion).Unwrap();
        var result = await _promoter.RunUntilKilledAsync(kill.Token, Arguments(target));
        await ended.CancelAsync();
        await killing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return result;
    }

    private async Task AssertNoTagIsOnIncompleteContentAsync(EmulatedRegistry target)
    {
        var reader = new PlainReader(target.Endpoint);
        foreach (var (repository, image) in _images)
        {
            if (await reader.DigestAsync(repository, "1.0") is { } digest)
            {
                Assert.Equal(image.Digest, digest);
                Assert.Empty(await reader.FindProblemsAsync(repository, "1.0"));
            }

            // The next run takes an image that is there for complete, and so does a policy in the cluster.
            if (await reader.DigestAsync(repository, image.Digest) is not null)
            {
                if (_referrers.TryGetValue(repository, out var referrer)) Assert.Contains(referrer, await reader.ReferrersAsync(repository, image.Digest));
                if (_cosignTags.TryGetValue(repository, out var tag)) Assert.Empty(await reader.FindProblemsAsync(repository, tag));
            }
        }
    }

    private async Task AssertWholeAsync(EmulatedRegistry target)
    {
        await AssertNoTagIsOnIncompleteContentAsync(target);
        var reader = new PlainReader(target.Endpoint);
        foreach (var repository in _images.Keys)
        {
            Assert.NotNull(await reader.DigestAsync(repository, "1.0"));
        }
    }
}
