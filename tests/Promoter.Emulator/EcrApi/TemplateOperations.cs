using System.Text.Json.Nodes;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Registry;

namespace Promoter.Emulator.EcrApi;

/// <summary>Repository creation templates.</summary>
internal static class TemplateOperations
{
    public static IReadOnlyDictionary<string, Func<EcrCall, JsonObject>> All { get; } = new Dictionary<string, Func<EcrCall, JsonObject>>
    {
        ["DescribeRepositoryCreationTemplates"] = Describe,
        ["CreateRepositoryCreationTemplate"] = Create,
        ["DeleteRepositoryCreationTemplate"] = Delete,
    };

    private static JsonObject Describe(EcrCall call)
    {
        var prefixes = call.Texts("prefixes");
        return call.Store.Access(_ => new JsonObject
        {
            ["registryId"] = call.Account,
            ["repositoryCreationTemplates"] = EcrJson.Array(call.Store.Settings.Templates.Where(t => prefixes.Count == 0 || prefixes.Contains(t.Prefix)).Select(Json)),
        });
    }

    private static JsonObject Create(EcrCall call)
    {
        var template = new RepositoryCreationTemplate(call.Required("prefix"), [.. call.Texts("appliedFor")])
        {
            TagMutability = call.Text("imageTagMutability") ?? "MUTABLE",
            EncryptionType = (string?)call.Object("encryptionConfiguration")?["encryptionType"] ?? "AES256",
            LifecyclePolicy = call.Text("lifecyclePolicy"),
            RepositoryPolicy = call.Text("repositoryPolicy"),
            Description = call.Text("description") ?? "",
        };
        return call.Store.Access(_ =>
        {
            if (call.Store.Settings.Templates.Exists(t => t.Prefix == template.Prefix))
            {
                throw new AwsErrorException("TemplateAlreadyExistsException", $"The repository creation template with prefix '{template.Prefix}' already exists in the registry with id '{call.Account}'");
            }

            call.Store.Settings.Templates.Add(template);
            return new JsonObject { ["registryId"] = call.Account, ["repositoryCreationTemplate"] = Json(template) };
        });
    }

    private static JsonObject Delete(EcrCall call) => call.Store.Access(_ =>
    {
        var template = call.Store.Settings.Templates.Find(t => t.Prefix == call.Required("prefix")) ??
            throw new AwsErrorException("TemplateNotFoundException", $"The repository creation template with prefix '{call.Text("prefix")}' does not exist in the registry with id '{call.Account}'");
        call.Store.Settings.Templates.Remove(template);
        return new JsonObject { ["registryId"] = call.Account, ["repositoryCreationTemplate"] = Json(template) };
    });

    private static JsonObject Json(RepositoryCreationTemplate template) => new JsonObject
    {
        ["prefix"] = template.Prefix,
        ["description"] = template.Description,
        ["imageTagMutability"] = template.TagMutability,
        ["encryptionConfiguration"] = new JsonObject { ["encryptionType"] = template.EncryptionType },
        ["appliedFor"] = EcrJson.Texts(template.AppliedFor),
    }.With("lifecyclePolicy", template.LifecyclePolicy).With("repositoryPolicy", template.RepositoryPolicy);
}
