using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Promoter.Admission.Configuration;
using Promoter.Admission.Tests.Support;

namespace Promoter.Admission.Tests.Reviews;

public sealed class MutateTests
{
    private const string Target = Rules.TargetHost;
    private const string Source = Rules.SourceHost;

    [Theory]
    [MemberData(nameof(Fixture.Names), MemberType = typeof(Fixture))]
    public async Task Every_recorded_review_is_answered_and_only_images_gates_and_our_marks_change(string name)
    {
        await using var webhook = await Webhook.StartAsync(new AdmissionConfig { Pin = true });
        var review = Fixture.Review(name);

        var answer = await webhook.ReviewAsync(review);

        Assert.Equal(review["request"]!["uid"]!.GetValue<string>(), answer.Uid);
        Assert.True(answer.Allowed, answer.ToString());
        Assert.Equal(WithoutImages(review["request"]!["object"]!), WithoutImages(answer.Apply(review)));
    }

    [Theory]
    [MemberData(nameof(Fixture.Names), MemberType = typeof(Fixture))]
    public async Task A_second_round_of_admission_changes_nothing_more(string name)
    {
        await using var webhook = await Webhook.StartAsync(new AdmissionConfig { Pin = true });
        var review = Fixture.Review(name);
        var first = await webhook.ReviewAsync(review);

        var second = await webhook.ReviewAsync(first.Again(review));

        Assert.Equal(first.Apply(review).ToJsonString(), second.Apply(first.Again(review)).ToJsonString());
    }

    [Fact]
    [Trait("Row", "ephemeral + image-volume rewrite")]
    public async Task Every_image_field_of_a_pod_is_looked_at()
    {
        await using var webhook = await Webhook.StartAsync();
        var review = Fixture.Review("create-pod-from-replicaset-sidecar-image-volume");
        var volumeImage = review["request"]!["object"]!["spec"]!["volumes"]!.AsArray().Select(v => v!["image"]?["reference"]?.GetValue<string>()).First(v => v is not null);

        await webhook.ReviewAsync(review);

        var copied = webhook.Engine.Calls.Where(call => call.StartsWith("copy ", StringComparison.Ordinal)).Select(call => call.Split(" -> ")[1]).Order(StringComparer.Ordinal);
        string[] expected =
        [
            $"{Target}/shop/migrate:1.4.2", $"{Target}/shop/sidecar:1.4.2", $"{Target}/shop/web:1.4.2",
            $"{Target}/shop/proxy@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        ];
        Assert.Equal(expected.Append(volumeImage!).Distinct().Order(StringComparer.Ordinal), copied);
    }

    [Fact]
    public async Task An_ephemeral_container_that_is_added_is_looked_at_and_the_others_are_not()
    {
        await using var webhook = await Webhook.StartAsync();
        var review = Fixture.Review("update-pod-ephemeralcontainers");
        var running = new JsonObject { ["name"] = "old", ["image"] = $"{Source}/shop/old:1" };
        review["request"]!["object"]!["spec"]!["ephemeralContainers"]!.AsArray().Insert(0, running);
        review["request"]!["oldObject"]!["spec"]!["ephemeralContainers"] = new JsonArray(running.DeepClone());
        review["request"]!["object"]!["spec"]!["ephemeralContainers"]![1]!["image"] = $"{Source}/shop/debug:1";

        var answer = await webhook.ReviewAsync(review);

        var patched = answer.Apply(review)["spec"]!["ephemeralContainers"]!.AsArray();
        Assert.Equal($"{Source}/shop/old:1", patched[0]!["image"]!.GetValue<string>());
        Assert.Equal($"{Target}/shop/debug:1", patched[1]!["image"]!.GetValue<string>());
        Assert.DoesNotContain(answer.Patch, operation => operation!["path"]!.GetValue<string>().StartsWith("/metadata", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reference_to_the_source_is_rewritten_by_test_and_replace_and_the_original_is_recorded()
    {
        await using var webhook = await Webhook.StartAsync();
        var review = Fixture.PodWith($"{Source}/shop/web:1.4.2");

        var answer = await webhook.ReviewAsync(review);

        var operations = answer.Patch.Select(operation => (operation!["op"]!.GetValue<string>(), operation["path"]!.GetValue<string>())).ToList();
        Assert.Equal([("test", "/spec/containers/0/image"), ("replace", "/spec/containers/0/image"), ("add", "/metadata/annotations")], operations);
        Assert.Equal($"{Target}/shop/web:1.4.2", answer.Apply(review)["spec"]!["containers"]![0]!["image"]!.GetValue<string>());
        var originals = JsonNode.Parse(answer.Apply(review)["metadata"]!["annotations"]!["promoter.dev/original-images"]!.GetValue<string>())!;
        Assert.Equal($"{Source}/shop/web:1.4.2", originals["containers/c0"]!.GetValue<string>());
    }

    [Fact]
    public async Task Annotations_of_others_survive_ours()
    {
        await using var webhook = await Webhook.StartAsync();
        var review = Fixture.PodWith($"{Source}/shop/web:1.4.2");
        review["request"]!["object"]!["metadata"]!["annotations"] = new JsonObject { ["example.com/owner"] = "team a", ["a/b~c"] = "" };

        var annotations = (await webhook.ReviewAsync(review)).Apply(review)["metadata"]!["annotations"]!.AsObject();

        Assert.Equal("team a", annotations["example.com/owner"]!.GetValue<string>());
        Assert.Equal(3, annotations.Count);
    }

    [Theory]
    [InlineData("update-pod-image")]
    [InlineData("update-pod-labels-only")]
    public async Task Updates_are_left_alone(string name)
    {
        await using var webhook = await Webhook.StartAsync(new AdmissionConfig { Pin = true });

        var answer = await webhook.ReviewAsync(Fixture.Review(name));

        Assert.Empty(answer.Patch);
        Assert.Empty(webhook.Engine.Calls);
    }

    [Fact]
    public async Task Mirror_pods_and_our_own_namespace_and_excluded_ones_are_left_alone()
    {
        await using var webhook = await Webhook.StartAsync();
        var mirror = Fixture.PodWith($"{Source}/shop/web:1");
        mirror["request"]!["object"]!["metadata"]!["annotations"] = new JsonObject { ["kubernetes.io/config.mirror"] = "abc" };
        var own = Fixture.PodWith($"{Source}/shop/web:1");
        own["request"]!["namespace"] = "promoter";
        var system = Fixture.PodWith($"{Source}/shop/web:1");
        system["request"]!["namespace"] = "kube-system";

        foreach (var review in (JsonObject[])[mirror, own, system]) Assert.Empty((await webhook.ReviewAsync(review)).Patch);

        Assert.Empty(webhook.Engine.Calls);
    }

    [Fact]
    public async Task Opting_out_works_only_where_the_configuration_allows_it()
    {
        var review = Fixture.PodWith($"{Source}/shop/web:1");
        review["request"]!["object"]!["metadata"]!["annotations"] = new JsonObject { ["promoter.dev/ignore"] = "true" };
        await using var strict = await Webhook.StartAsync();
        await using var lenient = await Webhook.StartAsync(new AdmissionConfig { AllowOptOut = true });

        Assert.NotEmpty((await strict.ReviewAsync(review)).Patch);
        Assert.Empty((await lenient.ReviewAsync(review)).Patch);
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("no json", 400)]
    [InlineData("null", 400)]
    [InlineData("[]", 400)]
    [InlineData("{}", 400)]
    [InlineData("""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1beta1","request":{"uid":"1"}}""", 400)]
    [InlineData("""{"kind":"Pod","apiVersion":"v1"}""", 400)]
    [InlineData("""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}""", 400)]
    [InlineData("""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"operation":"CREATE","resource":{"resource":"pods"}}}""", 400)]
    [InlineData("""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"1","operation":"JUMP","resource":{"resource":"pods"}}}""", 400)]
    [InlineData("""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"1","operation":"CREATE","resource":{"resource":"pods"},"object":null}}""", 400)]
    [InlineData("""{"kind":"AdmissionReview","kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}""", 400)]
    [InlineData("""{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"\ud800","operation":"CREATE","resource":{"resource":"pods"}}}""", 400)]
    public async Task What_is_no_review_is_refused_with_a_reason(string body, int status)
    {
        await using var webhook = await Webhook.StartAsync();

        using var answer = await webhook.PostAsync(Encoding.UTF8.GetBytes(body));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.StartsWith("no AdmissionReview: ", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_media_type_a_huge_body_and_invalid_utf8_are_refused()
    {
        await using var webhook = await Webhook.StartAsync();
        var review = Fixture.Bytes("create-pod-dry-run");
        var broken = Fixture.Bytes("create-pod-dry-run");
        broken[Encoding.UTF8.GetString(broken).IndexOf("\"dry\"", StringComparison.Ordinal) + 1] = 0xff;

        using var text = await webhook.PostAsync(review, contentType: "text/plain");
        using var huge = await webhook.PostAsync(new byte[(7 * 1024 * 1024) + 1]);
        using var invalid = await webhook.PostAsync(broken);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, text.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, huge.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, invalid.StatusCode);
    }

    [Fact]
    public async Task A_huge_body_of_unknown_length_is_refused_and_the_next_review_is_answered()
    {
        await using var webhook = await Webhook.StartAsync();
        using var http = new HttpClient();
        using var content = new StreamContent(new MemoryStream(new byte[8 * 1024 * 1024]));
        content.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(webhook.Url, "/mutate")) { Content = content };
        request.Headers.TransferEncodingChunked = true;

        try
        {
            using var answer = await http.SendAsync(request);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        }
        catch (HttpRequestException)
        {
            // The server may hang up while the rest is still being sent.
        }

        Assert.True((await webhook.ReviewAsync(Fixture.PodWith("nginx"))).Allowed);
    }

    [Fact]
    public async Task A_body_that_is_nested_too_deeply_or_never_ends_is_refused()
    {
        await using var webhook = await Webhook.StartAsync();
        var deep = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 200_000)) + "1" + new string('}', 200_000));
        var open = Encoding.UTF8.GetBytes(new string('[', 1_000_000));

        using var nested = await webhook.PostAsync(deep);
        using var unclosed = await webhook.PostAsync(open);

        Assert.Equal(HttpStatusCode.BadRequest, nested.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, unclosed.StatusCode);
    }

    [Theory]
    [InlineData("DELETE", "pods", "")]
    [InlineData("CONNECT", "pods", "exec")]
    [InlineData("CREATE", "deployments", "")]
    [InlineData("CREATE", "pods", "binding")]
    [InlineData("UPDATE", "pods", "status")]
    public async Task Other_operations_and_resources_pass_untouched(string operation, string resource, string subresource)
    {
        await using var webhook = await Webhook.StartAsync();
        var review = Fixture.PodWith($"{Source}/shop/web:1");
        review["request"]!["operation"] = operation;
        review["request"]!["resource"]!["resource"] = resource;
        if (subresource.Length > 0) review["request"]!["subResource"] = subresource;

        var answer = await webhook.ReviewAsync(review);

        Assert.True(answer.Allowed);
        Assert.Empty(answer.Patch);
    }

    [Fact]
    public async Task A_pod_with_500_containers_and_images_of_4_KiB_is_answered()
    {
        await using var webhook = await Webhook.StartAsync();
        var images = Enumerable.Range(0, 500).Select(i => i % 2 == 0 ? $"{Source}/shop/web:{i}" : $"{Source}/shop/{new string('x', 4096)}:{i}").ToArray();

        var answer = await webhook.ReviewAsync(Fixture.PodWith(images));

        Assert.True(answer.Allowed);
        Assert.Equal(250, answer.Patch.Count(operation => operation!["op"]!.GetValue<string>() == "replace"));
    }

    // Everything but the fields that we may change.
    private static string WithoutImages(JsonNode item)
    {
        var pod = item.DeepClone();
        foreach (var list in (string[])["containers", "initContainers", "ephemeralContainers"])
        {
            foreach (var container in pod["spec"]![list] as JsonArray ?? []) container!.AsObject().Remove("image");
        }

        foreach (var volume in pod["spec"]!["volumes"] as JsonArray ?? []) (volume!["image"] as JsonObject)?.Remove("reference");
        if (pod["metadata"]!["annotations"] is JsonObject annotations)
        {
            annotations.Remove("promoter.dev/original-images");
            if (annotations.Count == 0) pod["metadata"]!.AsObject().Remove("annotations");
        }

        return pod.ToJsonString();
    }
}
