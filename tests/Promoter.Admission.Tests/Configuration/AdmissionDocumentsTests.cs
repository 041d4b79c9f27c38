using System.Text.Json.Nodes;
using Promoter.Admission.Configuration;
using Promoter.Interop.Tests.Tools;
using Promoter.Promotion.Configuration;

namespace Promoter.Admission.Tests.Configuration;

public sealed class AdmissionDocumentsTests
{
    private const string Introduction =
        """
        # The section `admission`

        Generated from the reader's own tables; `UPDATE_GOLDEN=1 dotnet test tests/Promoter.Admission.Tests` rewrites it, and `admission.schema.json` beside it.
        The rest of the file is described in [configuration.md](configuration.md).

        What a pod gets, by what is found out about each of its images:

        | case | answer |
        | --- | --- |
        | the target has it | the target's reference, with `pin` its digest too |
        | missing, and the copy is short | it is brought while the pod is being created (`auto`, `inline`) |
        | missing, and the copy takes longer | a scheduling gate until it is there (`auto`, `gate`) |
        | missing, and no gate is possible | `cannotGate`; the warning says why no gate |
        | the target does not say (401/403, 429, no answer) | `onTarget` |
        | the source does not have it, or does not say | `onSource` |
        | a rule's tags, a limit or a quota say no | `onRefused` |
        | the pod's own secrets cannot read the source (`access.pullSecrets`) | `onRefused`, though the target may have the image; while the source does not say, a gate, or a refusal where no gate is possible |

        A digest that the target does not have is brought like a tag. The chart's `webhook.matchConditions.skipPinned` keeps such pods from being sent here at all; it is
        off by default, because a missing digest would then never be brought.

        Sources are asked only where a rule leads there; `access.sources` narrows that down further. Names are resolved before an address is judged: link-local addresses are
        refused always, private ones unless the registry stands in `registries`, the name is one of AWS's own, or `access.allowNetworks` has its network. The same holds for
        every redirect and token server.

        """;

    [Fact]
    public void The_reference_in_docs_is_current() => Check("docs/configuration-admission.md", ConfigReference.Generate(Introduction, AdmissionSection.Shape, AdmissionSection.Variables));

    [Fact]
    public void The_schema_in_docs_is_current() => Check("docs/admission.schema.json", ConfigSchema.Generate(AdmissionSection.Shape, "PromotionConfig.admission"));

    [Fact]
    public void The_schema_knows_every_section_and_refuses_other_keys()
    {
        var schema = JsonNode.Parse(ConfigSchema.Generate(AdmissionSection.Shape, "admission"))!;

        Assert.False((bool)schema["additionalProperties"]!);
        Assert.False((bool)schema["properties"]!["access"]!["additionalProperties"]!);
        foreach (var key in (string[])["pullSecrets", "sources", "allowNetworks", "maxImageSize", "quota"]) Assert.NotNull(schema["properties"]!["access"]!["properties"]![key]);
    }

    private static void Check(string path, string actual)
    {
        var file = Path.Combine(Toolbox.RepositoryRoot, path);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") File.WriteAllText(file, actual);
        else Assert.True(File.Exists(file) && File.ReadAllText(file).ReplaceLineEndings("\n") == actual, $"{path} is not current: run with UPDATE_GOLDEN=1, and read the difference");
    }
}
