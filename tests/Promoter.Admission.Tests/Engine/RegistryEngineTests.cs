using Microsoft.Extensions.Logging.Abstractions;
using Promoter.Admission.Configuration;
using Promoter.Admission.Engine;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Presence;
using Promoter.Emulator;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Oci;
using Promoter.Promotion.Configuration;

namespace Promoter.Admission.Tests.Engine;

public sealed class RegistryEngineTests : IAsyncLifetime
{
    private EmulatedRegistry _source = null!;
    private EmulatedRegistry _target = null!;
    private RegistryEngine _engine = null!;

    public async ValueTask InitializeAsync()
    {
        _source = await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "source" });
        _target = await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "target" });
        var config = new PromotionConfig
        {
            Rules = [new PromotionRuleConfig { Name = "all", Source = RegistryPrefix.Parse(_source.ReferenceHost), Target = RegistryPrefix.Parse(_target.ReferenceHost) }],
        };
        _engine = new RegistryEngine(new EngineClients(config, new AccessConfig(), _ => null, TimeProvider.System, NullLoggerFactory.Instance), config, TimeProvider.System, NullLoggerFactory.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        _engine.Dispose();
        await _source.DisposeAsync();
        await _target.DisposeAsync();
    }

    [Fact]
    public async Task A_missing_image_is_planned_copied_and_then_present_with_the_same_digest()
    {
        var pushed = _source.Push("shop/web", SampleImages.TwoPlatforms("web"), "1.4.2");
        Assert.IsType<PresenceAnswer.Missing>(await _engine.CheckAsync(Target("shop/web:1.4.2"), CancellationToken.None));

        var plan = Assert.IsType<PlanAnswer.Planned>(await _engine.PlanAsync(Pair("shop/web:1.4.2"), SourceAccess.OfRule, CancellationToken.None));
        var moved = new Sum();
        var fault = await plan.Promotion.ExecuteAsync(moved, CancellationToken.None);

        Assert.Null(fault);
        Assert.Equal(pushed.Digest, plan.Promotion.Digest.ToString());
        Assert.Equal(plan.Promotion.MissingBytes, moved.Total);
        var present = Assert.IsType<PresenceAnswer.Present>(await _engine.CheckAsync(Target("shop/web:1.4.2"), CancellationToken.None));
        Assert.Equal(pushed.Digest, present.Digest.ToString());
    }

    [Fact]
    public async Task Planning_changes_nothing_at_the_target()
    {
        _source.Push("shop/web", SampleImages.Single("web"), "1.4.2");

        await _engine.PlanAsync(Pair("shop/web:1.4.2"), SourceAccess.OfRule, CancellationToken.None);

        Assert.Empty(_target.Repositories);
    }

    [Fact]
    public async Task An_image_that_the_source_does_not_have_is_missing_there()
    {
        var plan = Assert.IsType<PlanAnswer.Impossible>(await _engine.PlanAsync(Pair("shop/web:9"), SourceAccess.OfRule, CancellationToken.None));

        Assert.Equal((ImageFaultKind.Missing, Registries.Side.Source), (plan.Fault.Kind, plan.Fault.Side));
    }

    [Theory]
    [InlineData(403, ImageFaultKind.Denied)]
    [InlineData(429, ImageFaultKind.Throttled)]
    [InlineData(503, ImageFaultKind.TimedOut)]
    internal async Task Answers_of_the_target_are_told_apart(int status, ImageFaultKind expected)
    {
        _target.Push("shop/web", SampleImages.Single("web"), "1.4.2");
        _target.Faults.Inject(Effect.Status(status), _ => true, times: FaultScript.Always);

        var answer = Assert.IsType<PresenceAnswer.Unknown>(await _engine.CheckAsync(Target("shop/web:1.4.2"), CancellationToken.None));

        Assert.Equal(expected, answer.Fault.Kind);
    }

    [Fact]
    public async Task A_source_at_a_private_address_is_refused_unless_it_is_configured()
    {
        const string source = "registry.corp.example:5000";
        foreach (var (access, registries, expected) in new[]
        {
            (new AccessConfig(), Array.Empty<RegistryConfig>(), (ImageFaultKind?)ImageFaultKind.Refused),
            (new AccessConfig { AllowNetworks = [System.Net.IPNetwork.Parse("127.0.0.0/8"), System.Net.IPNetwork.Parse("::1/128")] }, [], null),
            (new AccessConfig(), [new RegistryConfig { Host = source }], null),
        })
        {
            var config = new PromotionConfig
            {
                Rules = [new PromotionRuleConfig { Name = "all", Source = RegistryPrefix.Parse(source), Target = RegistryPrefix.Parse(_target.ReferenceHost) }],
                Registries = registries.Length > 0 ? registries : [],
            };
            var policy = EngineAddresses.Of(config, access);
            Assert.Equal(expected is null, policy.Refuse(new Uri("https://" + source).Host, System.Net.IPAddress.Loopback) is null);
        }

        var refusing = new PromotionConfig { Rules = [new PromotionRuleConfig { Name = "all", Source = RegistryPrefix.Parse("169.254.169.254"), Target = RegistryPrefix.Parse(_target.ReferenceHost) }] };
        using var engine = new RegistryEngine(
            new EngineClients(refusing, new AccessConfig(), _ => null, TimeProvider.System, NullLoggerFactory.Instance), refusing, TimeProvider.System, NullLoggerFactory.Instance);
        var pair = new PairedImage("all", ImageReference.Parse("169.254.169.254/shop/web:1.4.2"), Target("shop/web:1.4.2"), NamesSource: false);
        var plan = Assert.IsType<PlanAnswer.Impossible>(await engine.PlanAsync(pair, SourceAccess.OfRule, CancellationToken.None));
        Assert.Equal(ImageFaultKind.Refused, plan.Fault.Kind);
        Assert.Contains("link-local", plan.Fault.Message, StringComparison.Ordinal);
    }

    private ImageReference Target(string image) => ImageReference.Parse($"{_target.ReferenceHost}/{image}");

    private PairedImage Pair(string image) => new("all", ImageReference.Parse($"{_source.ReferenceHost}/{image}"), Target(image), NamesSource: false);

    private sealed class Sum : IProgress<long>
    {
        private long _total;

        public long Total => Interlocked.Read(ref _total);

        public void Report(long value) => Interlocked.Add(ref _total, value);
    }
}
