using Promoter.Discovery;
using Promoter.Job.Hook;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;
using Promoter.Yaml;

namespace Promoter.Job.Tests.Hook;

internal static class Given
{
    public const string Source = "111111111111.dkr.ecr.eu-west-1.amazonaws.com";
    public const string Target = "222222222222.dkr.ecr.eu-west-1.amazonaws.com";

    public const string Deployment = """
        # The shop's front.
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web   # keep in step with the service
          namespace: shop
        spec:
          template:
            spec:
              containers:
                - {name: web, image: "222222222222.dkr.ecr.eu-west-1.amazonaws.com/shop/web:v1"}

        """;

    public static HookSettings Settings => new() { From = RegistryPrefix.Parse(Source), To = RegistryPrefix.Parse(Target), Image = $"{Target}/promoter:0.1.0" };

    public static string Web(string tag) => $"{Target}/shop/web:{tag}";

    public static HookSelection Selection(params string[] images) => new(images, "shop", [], ExitCode.Done);

    public static ImageFinding Image(string text, string ns = "shop") =>
        new(ImageReference.Parse(text), text, new FindingLocation("test.yaml", 0, 1, 1, "apps/v1", "Deployment", ns, "web", "$.spec.template.spec.containers[0].image"));

    public static YamlMapping Parse(string yaml) => (YamlMapping)YamlReader.Read("test.yaml", yaml).Single(d => d.Root is not null).Root!;

    public static IReadOnlyList<YamlMapping> ParseAll(string yaml) => [.. YamlReader.Read("test.yaml", yaml).Select(d => d.Root).OfType<YamlMapping>()];

    public static string Apply(string text, HookSettings settings, params string[] images) =>
        HookFilter.Apply(new HookInput("test.yaml", text, ManifestStream.Read("test.yaml", System.Text.Encoding.UTF8.GetBytes(text))), settings, Selection(images));

    public static YamlMapping JobOf(string text) => ParseAll(text).Single(PromotionHook.Is);
}
