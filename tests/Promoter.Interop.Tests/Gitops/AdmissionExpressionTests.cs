using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Gitops;

/// <summary>
/// The CEL expressions of the chart and the policies, evaluated over admission requests that kube-apiserver sent. The interpreter is not the API server's own:
/// types and cost are not checked by it.
/// </summary>
public sealed class AdmissionExpressionTests
{
    private const string Target = "222222222222.dkr.ecr.eu-west-1.amazonaws.com";
    private const string Source = "111111111111.dkr.ecr.eu-west-1.amazonaws.com";
    private const string Digest = "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string Account = "system:serviceaccount:promoter:promoter-admission";

    private static readonly ConcurrentDictionary<string, Lazy<Task<Rendered>>> Renderings = new(StringComparer.Ordinal);
    private readonly HelmChart _chart = HelmChart.Named("promoter-admission");

    [Theory]
    [InlineData($"{Target}/shop/web:1", true, true)]
    [InlineData($"{Source}/shop/web:1", true, true)]
    [InlineData($"{Target}/shop/web{Digest}", true, false)]
    [InlineData($"{Target}/shop/web:1{Digest}", true, false)]
    [InlineData("nginx:1", false, false)]
    [InlineData($"{Target}.example.org/shop/web:1", false, false)]
    public async Task A_pod_is_sent_to_the_webhook_where_that_could_change_something(string image, bool isSent, bool isSentThoughPinnedAreSkipped)
    {
        foreach (var place in (string[])["containers", "initContainers", "volumes"])
        {
            var request = Pod(image, place);

            Assert.Equal(isSent, await IsSentAsync(request, 0));
            Assert.Equal(isSentThoughPinnedAreSkipped, await IsSentAsync(request, 0, "--set", "webhook.matchConditions.skipPinned=true"));
        }
    }

    [Fact]
    public async Task One_image_that_is_not_pinned_is_enough()
    {
        var request = Pod($"{Target}/shop/web{Digest}", "containers");
        request["object"]!["spec"]!["initContainers"] = new JsonArray(new JsonObject { ["name"] = "sidecar", ["image"] = $"{Target}/shop/sidecar:1", ["restartPolicy"] = "Always" });

        Assert.True(await IsSentAsync(request, 0, "--set", "webhook.matchConditions.skipPinned=true"));
    }

    [Fact]
    public async Task The_picture_of_a_static_pod_is_never_sent()
    {
        var request = Pod($"{Target}/shop/web:1", "containers");
        request["object"]!["metadata"]!["annotations"] = new JsonObject { ["kubernetes.io/config.mirror"] = "hash" };

        Assert.False(await IsSentAsync(request, 0));
    }

    [Theory]
    [InlineData("nginx:1", "debug", true)]
    [InlineData("nginx:1", "app", false)]
    public async Task Of_ephemeral_containers_only_those_that_are_new_count(string before, string added, bool isSent)
    {
        var request = Pod("nginx:1", "containers");
        request["oldObject"] = request["object"]!.DeepClone();
        static JsonNode Ephemeral(string name, string image) => new JsonObject { ["name"] = name, ["image"] = image };
        request["oldObject"]!["spec"]!["ephemeralContainers"] = new JsonArray(Ephemeral("app", before));
        request["object"]!["spec"]!["ephemeralContainers"] = new JsonArray(Ephemeral(added, $"{Target}/shop/tools:1"));

        Assert.Equal(isSent, await IsSentAsync(request, 1));
    }

    [Fact]
    public async Task Recorded_pods_are_sent_by_what_they_name()
    {
        foreach (var file in Directory.GetFiles(Fixtures, "create-*.json"))
        {
            var request = JsonNode.Parse(await File.ReadAllTextAsync(file))!["request"]!.AsObject();
            var named = request["object"]!["spec"]!.ToJsonString();

            Assert.Equal(named.Contains(Target, StringComparison.Ordinal) || named.Contains(Source, StringComparison.Ordinal), await IsSentAsync(request, 0));
        }
    }

    public static TheoryData<string, bool> Changes => new()
    {
        { "our gate", true },
        { "our label", true },
        { "a foreign gate", false },
        { "an image", false },
        { "an init image", false },
        { "a foreign label", false },
        { "a new foreign label", false },
        { "a toleration", false },
        { "a deadline", false },
        { "a node selector", false },
        { "a finalizer", false },
        { "an annotation", false },
        { "an owner", false },
        // What another webhook adds to the request that removes the gate cannot be told from what we send.
        { "our gate, an annotation", true },
        { "our gate, our label, a new foreign label", true },
        { "our gate, a foreign label", false },
        { "our gate, an image", false },
        { "our gate, a toleration", false },
        { "our gate, a finalizer", false },
        { "our gate, a foreign gate", false },
        { "a foreign gate, an annotation", false },
        { "a foreign gate, a new foreign label", false },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Our_account_may_remove_our_gate_and_nothing_else(string change, bool isAllowed)
    {
        var request = Pod($"{Target}/shop/web:1", "containers");
        var pod = request["object"]!;
        pod["metadata"]!["labels"] = new JsonObject { ["app"] = "web", ["promoter.dev/gate"] = "pending" };
        pod["spec"]!["initContainers"] = new JsonArray(new JsonObject { ["name"] = "init", ["image"] = "init:1" });
        pod["spec"]!["schedulingGates"] = new JsonArray(new JsonObject { ["name"] = "other/gate" }, new JsonObject { ["name"] = "promoter.dev/image-pending" });
        request["oldObject"] = pod.DeepClone();
        request["request"] = new JsonObject { ["userInfo"] = new JsonObject { ["username"] = Account } };
        foreach (var one in change.Split(", ")) Apply(one, pod);

        var policy = Policy("limit-promoter-admission");
        var conditions = Expressions(policy, "matchConditions").ToList();
        var values = await Cel.EvaluateAsync(request, policy["variables"]!.AsArray().OfType<JsonNode>(), conditions.Concat(Expressions(policy, "validations")));

        Assert.True(values.Take(conditions.Count).All(IsTrue));
        Assert.Equal(isAllowed, values.Skip(conditions.Count).All(IsTrue));
    }

    [Theory]
    [InlineData("our condition", true)]
    [InlineData("a foreign condition", false)]
    [InlineData("the phase", false)]
    [InlineData("the address", false)]
    [InlineData("a foreign label", false)]
    [InlineData("an annotation", false)]
    public async Task Through_the_status_our_account_writes_its_condition_and_nothing_else(string change, bool isAllowed)
    {
        var request = Pod($"{Target}/shop/web:1", "containers");
        var pod = request["object"]!;
        pod["metadata"]!["labels"] = new JsonObject { ["app"] = "web" };
        pod["status"] = new JsonObject
        {
            ["phase"] = "Pending",
            ["podIPs"] = new JsonArray(new JsonObject { ["ip"] = "10.0.0.1" }),
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "False" }, new JsonObject { ["type"] = "promoter.dev/ImagesPromoted", ["status"] = "False" }),
        };
        request["oldObject"] = pod.DeepClone();
        request["request"] = new JsonObject { ["userInfo"] = new JsonObject { ["username"] = Account }, ["subResource"] = "status" };
        Apply(change, pod);
        var policy = Policy("limit-promoter-admission");

        Assert.Equal(isAllowed, (await Cel.EvaluateAsync(request, policy["variables"]!.AsArray().OfType<JsonNode>(), Expressions(policy, "validations"))).All(IsTrue));
        Assert.Contains(policy["matchConstraints"]!["resourceRules"]![0]!["resources"]!.AsArray(), resource => (string)resource! == "pods/status");
    }

    [Theory]
    [InlineData("an annotation")]
    [InlineData("a new foreign label")]
    public async Task A_pod_that_runs_already_is_not_changed_whatever_its_gate_was(string change)
    {
        var request = Pod($"{Target}/shop/web:1", "containers");
        var pod = request["object"]!;
        pod["metadata"]!["labels"] = new JsonObject { ["promoter.dev/gate"] = "released" };
        request["oldObject"] = pod.DeepClone();
        request["request"] = new JsonObject { ["userInfo"] = new JsonObject { ["username"] = Account } };
        Apply(change, pod);
        var policy = Policy("limit-promoter-admission");

        Assert.Contains(await Cel.EvaluateAsync(request, policy["variables"]!.AsArray().OfType<JsonNode>(), Expressions(policy, "validations")), value => !IsTrue(value));
    }

    [Fact]
    public async Task Other_accounts_are_not_limited()
    {
        var request = Pod("nginx", "containers");
        request["request"] = new JsonObject { ["userInfo"] = new JsonObject { ["username"] = "system:serviceaccount:kube-system:replicaset-controller" } };

        Assert.False((await Cel.EvaluateAsync(request, [], Expressions(Policy("limit-promoter-admission"), "matchConditions"))).All(IsTrue));
    }

    [Theory]
    [InlineData($"{Target}/shop/web{Digest}", true)]
    [InlineData($"{Target}/shop/web:1{Digest}", true)]
    [InlineData($"{Target}/shop/web:1", false)]
    [InlineData($"{Source}/shop/web{Digest}", false)]
    [InlineData("nginx", false)]
    public async Task Every_image_has_to_be_a_digest_of_the_target(string image, bool isAllowed)
    {
        var policy = Policy("require-target-digests");
        foreach (var place in (string[])["containers", "initContainers", "ephemeralContainers", "volumes"])
        {
            var request = Pod($"{Target}/shop/app{Digest}", "containers");
            Put(request["object"]!["spec"]!, place, image);

            Assert.Equal(isAllowed, (await Cel.EvaluateAsync(request, policy["variables"]!.AsArray().OfType<JsonNode>(), Expressions(policy, "validations"))).All(IsTrue));
            if (isAllowed) continue;
            var message = (string)policy["validations"]![0]!["messageExpression"]!;
            Assert.EndsWith(image, (string)(await Cel.EvaluateAsync(request, policy["variables"]!.AsArray().OfType<JsonNode>(), [message]))[0]!, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_a_running_pod_has_already_does_not_keep_it_from_being_labelled()
    {
        var request = Pod("nginx", "containers");
        request["oldObject"] = request["object"]!.DeepClone();
        request["object"]!["metadata"]!["labels"] = new JsonObject { ["new"] = "label" };
        var policy = Policy("require-target-digests");

        Assert.True((await Cel.EvaluateAsync(request, policy["variables"]!.AsArray().OfType<JsonNode>(), Expressions(policy, "validations"))).All(IsTrue));
    }

    private static string Fixtures => Path.Combine(Toolbox.RepositoryRoot, "tests", "Promoter.Admission.Tests", "Fixtures", "AdmissionReviews");

    private static bool IsTrue(JsonNode? value) => value!.GetValue<bool>();

    private async Task<bool> IsSentAsync(JsonObject request, int webhook, params string[] arguments)
    {
        var rendered = await Renderings.GetOrAdd(string.Join(' ', arguments), _ => new Lazy<Task<Rendered>>(() => _chart.TemplateAsync(["--values", _chart.Values("rules"), .. arguments]))).Value;
        var conditions = rendered.Only("MutatingWebhookConfiguration")["webhooks"]![webhook]!["matchConditions"]!.AsArray();
        return (await Cel.EvaluateAsync(request, [], conditions.Select(condition => (string)condition!["expression"]!))).All(IsTrue);
    }

    private static JsonObject Policy(string file) =>
        Rendered.Parse(File.ReadAllText(Path.Combine(Toolbox.RepositoryRoot, "policies", "kubernetes", $"{file}.yaml"))).Only("ValidatingAdmissionPolicy")["spec"]!.AsObject();

    private static IEnumerable<string> Expressions(JsonObject policy, string list) => policy[list]!.AsArray().Select(one => (string)one!["expression"]!);

    private static JsonObject Pod(string image, string place)
    {
        var spec = new JsonObject { ["containers"] = new JsonArray() };
        Put(spec, "containers", "quay.io/other/app:1");
        if (place == "containers") spec["containers"]!.AsArray().Clear();
        Put(spec, place, image);
        return new JsonObject { ["object"] = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "web" }, ["spec"] = spec }, ["oldObject"] = null };
    }

    private static void Put(JsonNode spec, string place, string image)
    {
        if (spec[place] is not JsonArray list) spec[place] = list = [];
        list.Add(place == "volumes"
            ? new JsonObject { ["name"] = "v", ["image"] = new JsonObject { ["reference"] = image } }
            : new JsonObject { ["name"] = $"c{list.Count}", ["image"] = image });
    }

    private static void Apply(string change, JsonNode pod)
    {
        var (metadata, spec) = (pod["metadata"]!, pod["spec"]!);
        Action apply = change switch
        {
            "our gate" => () => Remove("promoter.dev/image-pending"),
            "a foreign gate" => () => Remove("other/gate"),
            "our label" => () => metadata["labels"]!["promoter.dev/gate"] = "released",
            "a foreign label" => () => metadata["labels"]!["app"] = "other",
            "a new foreign label" => () => metadata["labels"]!["team"] = "other",
            "an image" => () => spec["containers"]![0]!["image"] = "evil:1",
            "an init image" => () => spec["initContainers"]![0]!["image"] = "evil:1",
            "a toleration" => () => spec["tolerations"] = new JsonArray(new JsonObject { ["operator"] = "Exists" }),
            "a deadline" => () => spec["activeDeadlineSeconds"] = 1,
            "a node selector" => () => spec["nodeSelector"] = new JsonObject { ["disk"] = "ssd" },
            "our condition" => () => pod["status"]!["conditions"]![1]!["status"] = "True",
            "a foreign condition" => () => pod["status"]!["conditions"]![0]!["status"] = "True",
            "the phase" => () => pod["status"]!["phase"] = "Running",
            "the address" => () => pod["status"]!["podIPs"]![0]!["ip"] = "10.6.6.6",
            "a finalizer" => () => metadata["finalizers"] = new JsonArray("evil/finalizer"),
            "an annotation" => () => metadata["annotations"] = new JsonObject { ["evil"] = "true" },
            "an owner" => () => metadata["ownerReferences"] = new JsonArray(new JsonObject { ["uid"] = "evil" }),
            _ => throw new ArgumentOutOfRangeException(nameof(change), change, "no such change"),
        };
        apply();

        void Remove(string gate) => spec["schedulingGates"]!.AsArray().RemoveAll(one => (string)one!["name"]! == gate);
    }
}
