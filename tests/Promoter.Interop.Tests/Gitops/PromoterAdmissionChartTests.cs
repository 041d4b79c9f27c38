using System.Text.Json.Nodes;
using Promoter.Interop.Tests.Gitops.OpenApi;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Gitops;

public sealed class PromoterAdmissionChartTests
{
    private static readonly string[] ForeignKinds = ["Certificate", "Issuer", "ServiceMonitor", "PodIdentityAssociation"];

    private readonly HelmChart _chart = HelmChart.Named("promoter-admission");

    public static TheoryData<string, string> Renderings()
    {
        var data = new TheoryData<string, string>();
        foreach (var values in (string[])["rules", "everything"])
        {
            for (var minor = 26; minor <= 34; minor++) data.Add(values, $"1.{minor}.0");
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Renderings))]
    public async Task What_is_rendered_is_valid_for_the_api_server(string values, string kubernetes)
    {
        var rendered = await _chart.TemplateAsync("--values", _chart.Values(values), "--kube-version", kubernetes);

        Assert.Empty(rendered.Objects.Where(o => !ForeignKinds.Contains((string)o["kind"]!)).SelectMany(KubernetesSchemas.V1_34.Violations));
        Assert.Equal(rendered.Objects.Count, rendered.Objects.DistinctBy(o => (o["kind"]!.ToString(), o["metadata"]!["namespace"]?.ToString(), o["metadata"]!["name"]!.ToString())).Count());
    }

    [Theory]
    [InlineData("1.26.0", false, false, false)]
    [InlineData("1.27.0", true, false, false)]
    [InlineData("1.28.0", true, true, false)]
    [InlineData("1.29.6-eks-1552ad0", true, true, false)]
    [InlineData("1.30.0-eks-036c24b", true, true, true)]
    [InlineData("1.34.9", true, true, true)]
    public async Task A_server_gets_only_the_fields_that_it_knows(string kubernetes, bool evictionPolicy, bool conditions, bool policies)
    {
        var rendered = await RenderAsync("--kube-version", kubernetes);

        Assert.Equal(evictionPolicy, rendered.Only("PodDisruptionBudget")["spec"]!["unhealthyPodEvictionPolicy"] is not null);
        Assert.Equal(conditions, Webhooks(rendered).Any(w => w["matchConditions"] is not null));
        Assert.Equal(policies, rendered.OfKind("ValidatingAdmissionPolicy").Any());
    }

    [Fact]
    public async Task The_nodes_network_is_used_only_where_it_is_asked_for()
    {
        var (usual, onNodes) = (PodOf(await RenderAsync()), PodOf(await RenderAsync("--set", "hostNetwork=true")));

        Assert.Null(usual["hostNetwork"]);
        Assert.True((bool)onNodes["hostNetwork"]!);
        Assert.Equal("ClusterFirstWithHostNet", (string)onNodes["dnsPolicy"]!);

        static JsonNode PodOf(Rendered rendered) => rendered.Only("Deployment")["spec"]!["template"]!["spec"]!;
    }

    [Fact]
    public async Task Both_webhooks_fail_open_have_no_effect_in_a_dry_run_and_are_called_again_after_other_webhooks()
    {
        var webhooks = Webhooks(await RenderAsync()).ToList();

        Assert.Equal(["CREATE pods", "UPDATE pods/ephemeralcontainers"], webhooks.Select(w => $"{w["rules"]![0]!["operations"]![0]} {w["rules"]![0]!["resources"]![0]}"));
        Assert.All(webhooks, w =>
        {
            Assert.Equal("Ignore", (string)w["failurePolicy"]!);
            Assert.Equal("NoneOnDryRun", (string)w["sideEffects"]!);
            Assert.Equal("IfNeeded", (string)w["reinvocationPolicy"]!);
            Assert.Equal("Equivalent", (string)w["matchPolicy"]!);
            Assert.Equal(["v1"], w["admissionReviewVersions"]!.AsArray().Select(v => (string)v!));
            Assert.Equal("/mutate", (string)w["clientConfig"]!["service"]!["path"]!);
        });
    }

    [Fact]
    public async Task The_webhook_is_never_called_for_its_own_namespace_nor_for_the_systems()
    {
        foreach (var webhook in Webhooks(await RenderAsync()))
        {
            var expression = webhook["namespaceSelector"]!["matchExpressions"]![0]!;

            Assert.Equal("kubernetes.io/metadata.name", (string)expression["key"]!);
            Assert.Equal("NotIn", (string)expression["operator"]!);
            Assert.Superset(new HashSet<string>(["kube-system", "kube-node-lease", "shop"]), expression["values"]!.AsArray().Select(v => (string)v!).ToHashSet());
        }
    }

    [Fact]
    public async Task A_rule_for_docker_hub_needs_every_pod_because_short_names_say_no_registry()
    {
        var hub = Conditions(await RenderAsync("--set", "config.rules[0].source=docker.io"));
        var ecr = Conditions(await RenderAsync());

        Assert.Contains("has-an-image-to-look-at", ecr);
        Assert.DoesNotContain("has-an-image-to-look-at", hub);
    }

    [Fact]
    public async Task Roles_grant_only_what_the_configuration_uses()
    {
        var little = Grants(await RenderAsync("--set", "config.admission.gate.enabled=false,features.events=false,tls.mode=certManager"));
        var more = Grants(await RenderAsync("--set", "config.admission.access.pullSecrets=true,config.admission.onDemand.jobAbove=5GiB,largeCopies.image=promoter:1"));

        Assert.Equal(["/pods", "admissionregistration.k8s.io/mutatingwebhookconfigurations", "coordination.k8s.io/leases"], little.Order(StringComparer.Ordinal));
        Assert.Contains("/secrets", more);
        Assert.Contains("batch/jobs", more);
        Assert.DoesNotContain(more, g => g.Contains('*', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pull_secrets_may_be_limited_to_namespaces()
    {
        var rendered = await _chart.TemplateAsync("--values", _chart.Values("everything"));

        var cluster = rendered.OfKind("ClusterRole").SelectMany(r => r["rules"]!.AsArray()).Where(r => r!["resources"]!.AsArray().Any(x => (string)x! == "secrets"));
        Assert.Empty(cluster);
        Assert.Equal(["search", "shop"], rendered.OfKind("Role").Where(r => ((string)r["metadata"]!["name"]!).EndsWith("-pull-secrets", StringComparison.Ordinal)).Select(r => (string)r["metadata"]!["namespace"]!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_pod_meets_the_restricted_pod_security_standard()
    {
        var rendered = await RenderAsync();

        Assert.All([rendered.Only("Deployment"), rendered.Only("Job")], workload => PodSecurity.AssertRestricted(Rendered.PodSpec(workload)));
    }

    [Fact]
    public async Task The_selectors_of_service_budget_and_network_policy_match_the_webhooks_pods_and_no_hook_pod()
    {
        var rendered = await _chart.TemplateAsync("--values", _chart.Values("everything"), "--set", "podLabels.extra=label");
        var webhook = rendered.Only("Deployment")["spec"]!["template"]!["metadata"]!["labels"]!.AsObject();
        var ungate = rendered.Only("Job")["spec"]!["template"]!["metadata"]!["labels"]!.AsObject();

        JsonNode[] selectors =
        [
            .. rendered.OfKind("Service").Select(s => s["spec"]!["selector"]!),
            rendered.Only("Deployment")["spec"]!["selector"]!["matchLabels"]!,
            rendered.Only("PodDisruptionBudget")["spec"]!["selector"]!["matchLabels"]!,
            rendered.Only("NetworkPolicy")["spec"]!["podSelector"]!["matchLabels"]!,
        ];
        Assert.All(selectors, selector => Assert.True(Matches(selector, webhook), selector.ToJsonString()));
        Assert.All(selectors, selector => Assert.False(Matches(selector, ungate), selector.ToJsonString()));
    }

    [Fact]
    public async Task Where_egress_is_restricted_the_ways_to_credentials_stay_open_and_that_to_the_nodes_role_does_not()
    {
        const string metadata = "networkPolicy.egress.extra[0].to[0].ipBlock.cidr=169.254.169.254/32,networkPolicy.egress.extra[0].ports[0].port=80";
        var open = (await RenderAsync()).Only("NetworkPolicy")["spec"]!;
        var restricted = (await RenderAsync("--set", "networkPolicy.egress.restrict=true")).Only("NetworkPolicy")["spec"]!;
        var more = (await RenderAsync("--set", $"networkPolicy.egress.restrict=true,{metadata}")).Only("NetworkPolicy")["spec"]!;

        Assert.Equal(["Ingress"], open["policyTypes"]!.AsArray().Select(type => (string)type!));
        Assert.Null(open["egress"]);
        Assert.Equal(["Ingress", "Egress"], restricted["policyTypes"]!.AsArray().Select(type => (string)type!));
        // EKS Pod Identity asks its agent on the node, IRSA asks STS by HTTPS, and both look names up.
        Assert.Superset(new HashSet<string>(["169.254.170.23/32:80", "fd00:ec2::23/128:80", "anywhere:443", "anywhere:53"]), Ways(restricted));
        Assert.DoesNotContain(Ways(restricted), way => way.StartsWith("169.254.169.254", StringComparison.Ordinal) || way == "anywhere:80");
        Assert.Contains("169.254.169.254/32:80", Ways(more));

        static HashSet<string> Ways(JsonNode spec) =>
        [
            .. from rule in spec["egress"]!.AsArray()
               from port in rule["ports"]!.AsArray()
               from to in rule["to"]?.AsArray().Select(peer => (string)peer!["ipBlock"]!["cidr"]!) ?? ["anywhere"]
               select $"{to}:{port["port"]}",
        ];
    }

    [Fact]
    public async Task Gated_pods_are_released_before_and_after_the_release_is_deleted_by_an_account_that_still_exists_then()
    {
        var rendered = await RenderAsync();
        var job = rendered.Only("Job");
        var account = (string)Rendered.PodSpec(job)["serviceAccountName"]!;
        var own = rendered.Objects.Where(o => (string)o["metadata"]!["name"]! == account).ToList();

        Assert.Equal(["ungate", "--all"], Rendered.PodSpec(job)["containers"]![0]!["args"]!.AsArray().Select(a => (string)a!));
        Assert.Equal(["ClusterRole", "ClusterRoleBinding", "Job", "ServiceAccount"], own.Select(o => (string)o["kind"]!).Order(StringComparer.Ordinal));
        Assert.All(own, o => Assert.Equal("pre-delete,post-delete", (string?)o["metadata"]!["annotations"]!["helm.sh/hook"]));
    }

    [Fact]
    public async Task Jobs_of_large_copies_pull_their_image_with_the_secrets_of_the_release()
    {
        var rendered = await _chart.TemplateAsync("--values", _chart.Values("everything"), "--set", "imagePullSecrets[1].name=other");
        var environment = Rendered.PodSpec(rendered.Only("Deployment"))["containers"]![0]!["env"]!.AsArray();

        Assert.Equal("registry,other", (string?)environment.Single(e => (string)e!["name"]! == "PROMOTER_JOB_PULL_SECRETS")!["value"]);
    }

    [Theory]
    [InlineData("--set", "policies.limitServiceAccount.mayChangeImages=true")]
    [InlineData("--set", "policies.limitServiceAccount.enabled=false")]
    [InlineData("--kube-version", "1.29.0")]
    public async Task Sources_may_be_put_into_pods_where_no_policy_forbids_it(string flag, string value)
    {
        var rendered = await RenderAsync("--set", "config.admission.gate.onDeadline=source", flag, value);

        Assert.DoesNotContain(rendered.OfKind("ValidatingAdmissionPolicy"), policy => policy.ToJsonString().Contains("may not change the image", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_renewed_certificate_is_trusted_before_every_replica_has_it_because_its_authority_stays()
    {
        var rendered = await RenderAsync("--set", "tls.mode=certManager");
        var (authority, leaf) = (Certificate(rendered, isAuthority: true), Certificate(rendered, isAuthority: false));
        var issuer = rendered.OfKind("Issuer").Single(i => (string)i["metadata"]!["name"]! == (string)leaf["spec"]!["issuerRef"]!["name"]!);

        Assert.Equal((string)authority["spec"]!["secretName"]!, (string?)issuer["spec"]!["ca"]?["secretName"]);
        Assert.Equal("Never", (string)authority["spec"]!["privateKey"]!["rotationPolicy"]!);
        Assert.NotEqual((string)authority["spec"]!["secretName"]!, (string)leaf["spec"]!["secretName"]!);
        Assert.Equal($"shop/{leaf["metadata"]!["name"]}", (string)rendered.Only("MutatingWebhookConfiguration")["metadata"]!["annotations"]!["cert-manager.io/inject-ca-from"]!);
    }

    private static JsonNode Certificate(Rendered rendered, bool isAuthority) => rendered.OfKind("Certificate").Single(c => isAuthority == (c["spec"]!["isCA"] is not null));

    [Fact]
    public async Task No_template_makes_a_key_so_two_renderings_are_the_same()
    {
        var first = await _chart.TryTemplateAsync("--values", _chart.Values("everything"));
        var second = await _chart.TryTemplateAsync("--values", _chart.Values("everything"));

        Assert.Equal(first.EnsureSuccess().Text, second.EnsureSuccess().Text);
    }

    [Fact]
    public async Task The_policies_for_kubectl_are_those_of_the_chart()
    {
        var chart = await new HelmChart(Path.Combine(Toolbox.RepositoryRoot, "charts", "promoter-admission")).TemplateAsync(
            "--values", _chart.Values("rules"), "--set", "policies.requireTargetDigests.enabled=true,fullnameOverride=promoter-admission", "--namespace", "promoter");

        foreach (var (file, name) in ((string, string)[])[("limit-promoter-admission", "promoter-admission-only-ungates"), ("require-target-digests", "promoter-admission-target-digests")])
        {
            var policy = Rendered.Parse(await File.ReadAllTextAsync(Path.Combine(Toolbox.RepositoryRoot, "policies", "kubernetes", $"{file}.yaml"))).Only("ValidatingAdmissionPolicy");
            var rendered = chart.OfKind("ValidatingAdmissionPolicy").Single(p => (string)p["metadata"]!["name"]! == name);

            Assert.Equal(rendered["spec"]!.ToJsonString(), policy["spec"]!.ToJsonString());
        }
    }

    [Fact]
    public void The_policies_for_kubectl_are_valid_for_the_api_server()
    {
        var files = Directory.GetFiles(Path.Combine(Toolbox.RepositoryRoot, "policies", "kubernetes"), "*.yaml");

        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(f => Rendered.Parse(File.ReadAllText(f)).Objects).SelectMany(KubernetesSchemas.V1_34.Violations));
    }

    [Theory]
    [InlineData("config=null", "there is no configuration")]
    [InlineData("existingConfigMap=rules", "are both set")]
    [InlineData("image.repository=", "image.repository is not set")]
    [InlineData("tls.mode=secret,tls.caBundle=-----BEGIN CERTIFICATE-----", "tls.secretName is not set")]
    [InlineData("tls.mode=secret,tls.secretName=a", "tls.caBundle is not set")]
    [InlineData("webhook.timeoutSeconds=31", "maximum: got 31, want 30")]
    [InlineData("webhook.failurePolicy=ignore", "value must be one of")]
    [InlineData("webhok.failurePolicy=Ignore", "additional properties 'webhok' not allowed")]
    [InlineData("config.rules[0].target=https://registry.example", "is no registry")]
    [InlineData("features.largeCopies=true", "set largeCopies.image")]
    [InlineData("features.gates=false", "no gate could be removed")]
    [InlineData("config.admission.gate.onDeadline=source", "set policies.limitServiceAccount.mayChangeImages to true")]
    [InlineData("terminationGracePeriodSeconds=10", "minimum: got 10, want 60")]
    public async Task Values_that_cannot_work_are_refused_with_the_reason(string setting, string reason)
    {
        Assert.Contains(reason, await _chart.RefusalAsync("--values", _chart.Values("rules"), "--set", setting), StringComparison.Ordinal);
    }

    private Task<Rendered> RenderAsync(params string[] arguments) => _chart.TemplateAsync(["--values", _chart.Values("rules"), .. arguments]);

    private static IEnumerable<JsonNode> Webhooks(Rendered rendered) => rendered.Only("MutatingWebhookConfiguration")["webhooks"]!.AsArray().Select(w => w!);

    private static IEnumerable<string> Conditions(Rendered rendered) => Webhooks(rendered).SelectMany(w => w["matchConditions"]?.AsArray() ?? []).Select(c => (string)c!["name"]!);

    private static IEnumerable<string> Grants(Rendered rendered) =>
        from role in rendered.OfKind("Role").Concat(rendered.OfKind("ClusterRole"))
        where !((string)role["metadata"]!["name"]!).EndsWith("-ungate", StringComparison.Ordinal)
        from rule in role["rules"]!.AsArray()
        from apiGroup in rule["apiGroups"]!.AsArray()
        from resource in rule["resources"]!.AsArray()
        select $"{apiGroup}/{resource}";

    private static bool Matches(JsonNode selector, JsonObject labels) => selector.AsObject().All(s => JsonNode.DeepEquals(s.Value, labels[s.Key]));
}
