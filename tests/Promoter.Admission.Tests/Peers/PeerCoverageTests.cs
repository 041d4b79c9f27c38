using System.Reflection;
using System.Text.RegularExpressions;

namespace Promoter.Admission.Tests.Peers;

/// <summary>That nothing is forgotten: a test per weakness of the closest peer (W01 to W21), and one per row of the comparison.</summary>
public sealed partial class PeerCoverageTests
{
    private static readonly string[] Rows =
    [
        "dry-run copies nothing", "metadata UPDATE never restarts a pod", "unknown pod field survives", "prefix round trip is idempotent", "50 pods ⇒ 1 copy over 3 replicas",
        "SIGTERM mid-copy resumes", "34 s chain budget respected", "lifecycle-deleted tag heals <1 min", "cert rotates under load with 0 failures",
        "controller killed with gated pods, recovers and ungates", "cross-namespace private image refused", "ephemeral + image-volume rewrite",
    ];

    private static IEnumerable<MethodInfo> Tests => typeof(PeerCoverageTests).Assembly.GetTypes().SelectMany(type => type.GetMethods())
        .Where(method => method.GetCustomAttributes<FactAttribute>().Any());

    [Fact]
    public void Every_weakness_has_a_test_that_is_named_by_it()
    {
        var named = Tests.Select(test => Weakness().Match(test.Name)).Where(match => match.Success).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

        Assert.Equal(Enumerable.Range(1, 21).Select(number => $"{number:00}"), named.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_row_of_the_comparison_has_a_test()
    {
        var covered = Tests.SelectMany(test => test.GetCustomAttributes<TraitAttribute>()).Where(trait => trait.Name is "Row").Select(trait => trait.Value);

        Assert.Equal(Rows.Order(StringComparer.Ordinal), covered.Distinct().Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("^W([0-9]{2})_")]
    private static partial Regex Weakness();
}
