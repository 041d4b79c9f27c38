using System.Text.Json.Nodes;

namespace Promoter.Interop.Tests.Gitops.OpenApi;

public sealed class KubernetesSchemasTests
{
    [Fact]
    public void A_complete_object_is_valid()
    {
        Assert.Empty(Violations("""{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"b","resources":{"limits":{"memory":"1Gi","cpu":1}},"ports":[{"containerPort":80}]}]}}}"""));
    }

    [Theory]
    [InlineData("""{"template":{"spec":{"containers":[{"name":"a","imaeg":"b"}]}}}""", "Job.spec.template.spec.containers[0]: there is no field 'imaeg'")]
    [InlineData("""{"template":{"spec":{"containers":[{"image":"b"}]}}}""", "Job.spec.template.spec.containers[0]: 'name' is missing")]
    [InlineData("""{"backoffLimit":"2","template":{"spec":{"containers":[]}}}""", "Job.spec.backoffLimit: is string, has to be integer")]
    [InlineData("""{"completionMode":"indexed","template":{"spec":{"containers":[]}}}""", """Job.spec.completionMode: "indexed" is none of ["Indexed","NonIndexed"]""")]
    [InlineData("""{"template":{"metadata":{"annotations":{"a":true}},"spec":{"containers":[]}}}""", "Job.spec.template.metadata.annotations.a: is boolean, has to be string")]
    [InlineData("""{"template":{"spec":{"containers":[],"tolerations":null}}}""", "Job.spec.template.spec.tolerations: is null, has to be array")]
    [InlineData("""{"template":{"spec":{"containers":[{"name":"a","resources":{"limits":{"cpu":true}}}]}}}""", "Job.spec.template.spec.containers[0].resources.limits.cpu: fits none of the types that are allowed")]
    public void What_an_api_server_refuses_is_a_violation_with_its_place(string spec, string expected)
    {
        Assert.Equal([expected], Violations(spec));
    }

    [Fact]
    public void A_kind_without_a_schema_is_a_violation()
    {
        Assert.Equal(["there is no schema for batch/v2 Job"], KubernetesSchemas.V1_34.Violations(new JsonObject { ["apiVersion"] = "batch/v2", ["kind"] = "Job" }));
    }

    private static IReadOnlyList<string> Violations(string spec) =>
        KubernetesSchemas.V1_34.Violations(new JsonObject { ["apiVersion"] = "batch/v1", ["kind"] = "Job", ["spec"] = JsonNode.Parse(spec) });
}
