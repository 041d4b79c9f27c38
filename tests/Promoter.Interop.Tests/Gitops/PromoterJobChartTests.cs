using Promoter.Interop.Tests.Gitops.OpenApi;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Gitops;

public sealed class PromoterJobChartTests
{
    private const string Source = "111111111111.dkr.ecr.eu-west-1.amazonaws.com";
    private const string Target = "222222222222.dkr.ecr.eu-west-1.amazonaws.com";

    private readonly HelmChart _chart = HelmChart.Named("promoter-job");

    public static TheoryData<string, string> Renderings()
    {
        var data = new TheoryData<string, string>();
        foreach (var values in (string[])["images", "sharded", "account", "reports"])
        {
            foreach (var version in (string[])["1.26.0", "1.34.0"]) data.Add(values, version);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Renderings))]
    public async Task What_is_rendered_is_valid_for_the_api_server(string values, string kubernetes)
    {
        var rendered = await _chart.TemplateAsync("--values", _chart.Values(values), "--kube-version", kubernetes);

        // The controller for EKS serves this kind; a cluster without it does not switch it on.
        var builtIn = rendered.Objects.Where(o => (string)o["kind"]! != "PodIdentityAssociation");
        Assert.Empty(builtIn.SelectMany(KubernetesSchemas.V1_34.Violations));
    }

    /// <summary>Each value of a feature meets each value of every other one in some row (pairwise covering).</summary>
    [Theory]
    [InlineData("argocd", 1, "fromTo", true, "", "", false, false)]
    [InlineData("argocd", 3, "config", false, "last", "hooks", true, true)]
    [InlineData("argocd", 3, "configMap", true, "", "hooks", false, true)]
    [InlineData("helm", 3, "fromTo", false, "last", "", true, false)]
    [InlineData("helm", 1, "config", true, "", "hooks", false, true)]
    [InlineData("helm", 1, "configMap", false, "last", "", true, true)]
    [InlineData("both", 1, "fromTo", true, "last", "hooks", true, true)]
    [InlineData("both", 3, "config", false, "", "", false, false)]
    [InlineData("both", 1, "configMap", true, "last", "hooks", false, false)]
    [InlineData("none", 3, "fromTo", false, "", "hooks", false, true)]
    [InlineData("none", 1, "config", true, "last", "", true, false)]
    [InlineData("none", 3, "configMap", true, "", "", true, false)]
    public async Task Every_pair_of_features_renders_what_the_api_server_takes(
        string hook, int shards, string rules, bool events, string report, string notifications, bool everythingElse, bool account)
    {
        string[] features =
        [
            $"hook.type={hook}", $"shards={shards}", $"events.enabled={(events ? "true" : "false")}", $"report.configMap={report}", $"notifications.secretName={notifications}",
            .. rules switch
            {
                "config" => (string[])["from=", "to=", "config.rules[0].name=apps", $"config.rules[0].source={Source}", $"config.rules[0].target={Target}"],
                "configMap" => ["from=", "to=", "configMap.name=promotion"],
                _ => [],
            },
            .. account ? (string[])["serviceAccount.create=true", "serviceAccount.asHook=true", "serviceAccount.irsa.roleArn=arn:aws:iam::222222222222:role/promoter"] : [],
            .. everythingElse
                ? (string[])["hook.generateName=true", "hook.annotations.team=shop", "job.ttlSecondsAfterFinished=600", "extraEnv[0].name=SSL_CERT_FILE", "extraEnv[0].value=/etc/ca/ca.crt", "extraVolumes[0].name=ca",
                    "extraVolumes[0].configMap.name=ca", "extraVolumeMounts[0].name=ca", "extraVolumeMounts[0].mountPath=/etc/ca", "imagePullSecrets[0].name=pull", "priorityClassName=high", "nodeSelector.arch=arm64",
                    "tolerations[0].operator=Exists", "podLabels.a=b", "podAnnotations.c=d", "commonLabels.e=f", "extraArgs[0]=--independent", "aws.region=eu-west-1", "log.format=text", "extraEnvFrom[0].secretRef.name=more"]
                : [],
        ];

        var rendered = await _chart.TemplateAsync(["--values", _chart.Values("images"), .. features.SelectMany(f => (string[])["--set", f])]);

        Assert.Empty(rendered.Objects.SelectMany(KubernetesSchemas.V1_34.Violations));
        var job = new HookJob(rendered.Only("Job"));
        PodSecurity.AssertRestricted(job.PodSpec);
        Assert.Equal("Never", (string)job.PodSpec["restartPolicy"]!);
        Assert.True((long)job.Spec["activeDeadlineSeconds"]! > 0);
        Assert.Equal(events || report.Length > 0, (bool)job.PodSpec["automountServiceAccountToken"]!);
        // What a hook needs has to be a hook itself, and earlier.
        if (hook == "argocd") Assert.All(rendered.Objects.Where(o => (string)o["kind"]! != "Job"), o => Assert.Equal("-6", (string)o["metadata"]!["annotations"]!["argocd.argoproj.io/sync-wave"]!));
    }

    [Theory]
    [InlineData("images", "logs job/shop-promote-images")]
    [InlineData("account", "The service account promoter in namespace shop is ready for hook Jobs.")]
    public async Task The_chart_passes_the_linter_and_its_notes_say_where_to_look(string values, string note)
    {
        var helm = new ExternalProgram(Toolbox.Require("helm"));
        var chart = Path.Combine(Toolbox.RepositoryRoot, "charts", "promoter-job");

        await helm.RunAsync("lint", "--quiet", "--strict", chart, "--values", _chart.Values(values));
        // Notes are shown by an installation alone; this one asks no cluster.
        var installed = await helm.RunAsync("install", "shop", chart, "--dry-run=client", "--namespace", "shop", "--values", _chart.Values(values));

        Assert.Contains(note, installed.Text[installed.Text.IndexOf("NOTES:", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_job_promotes_exactly_the_images_of_the_values_between_the_registries_of_the_values()
    {
        var job = await JobAsync();

        Assert.Equal([$"{Target}/shop/web:v1.2.3", $"{Target}/shop/sidecar:2"], job.Images);
        Assert.Equal(["--from", Source, "--to", Target], job.Arguments.SkipWhile(a => a != "--from").Take(4));
    }

    [Fact]
    public async Task The_job_is_a_hook_that_runs_before_everything_else_and_stays_until_the_next_sync()
    {
        var job = await JobAsync();

        Assert.Equal("PreSync", job.Annotation("argocd.argoproj.io/hook"));
        Assert.Equal("BeforeHookCreation", job.Annotation("argocd.argoproj.io/hook-delete-policy"));
        Assert.Equal("-5", job.Annotation("argocd.argoproj.io/sync-wave"));
        Assert.Equal("pre-install,pre-upgrade,pre-rollback", job.Annotation("helm.sh/hook"));
        Assert.Null(job.Spec["ttlSecondsAfterFinished"]);
    }

    [Theory]
    [InlineData("argocd", "PreSync", null)]
    [InlineData("helm", null, "-5")]
    [InlineData("none", null, null)]
    public async Task The_kind_of_hook_decides_whose_annotations_it_carries(string type, string? phase, string? weight)
    {
        var job = await JobAsync("--set", $"hook.type={type}");

        Assert.Equal(phase, job.Annotation("argocd.argoproj.io/hook"));
        Assert.Equal(weight, job.Annotation("helm.sh/hook-weight"));
    }

    [Fact]
    public async Task Exit_codes_that_no_retry_can_change_fail_the_job_at_once_and_lost_nodes_are_not_counted()
    {
        var rules = (await JobAsync("--set", "job.failOnExitCodes={10,2}")).Spec["podFailurePolicy"]!["rules"]!.AsArray();

        Assert.Equal("Ignore", (string)rules[0]!["action"]!);
        Assert.Equal("DisruptionTarget", (string)rules[0]!["onPodConditions"]![0]!["type"]!);
        Assert.Equal("FailJob", (string)rules[1]!["action"]!);
        // The API server refuses values that are not in ascending order.
        Assert.Equal([2, 10], rules[1]!["onExitCodes"]!["values"]!.AsArray().Select(v => (long)v!));
    }

    [Fact]
    public async Task By_default_the_exit_codes_of_permanent_failures_are_listed()
    {
        var rule = (await JobAsync()).Spec["podFailurePolicy"]!["rules"]![1]!;

        Assert.Equal([2, 3, 4, 5, 8], rule["onExitCodes"]!["values"]!.AsArray().Select(v => (long)v!));
        Assert.Equal("promote", (string)rule["onExitCodes"]!["containerName"]!);
    }

    [Fact]
    public async Task The_pod_meets_the_restricted_pod_security_standard()
    {
        var job = await JobAsync();

        PodSecurity.AssertRestricted(job.PodSpec);
        Assert.True((bool)job.Container["securityContext"]!["readOnlyRootFilesystem"]!);
    }

    [Theory]
    [InlineData(true, null, true)]
    [InlineData(false, null, false)]
    [InlineData(false, "last-promotion", true)]
    public async Task The_api_token_is_mounted_only_for_what_needs_it(bool events, string? configMap, bool mounted)
    {
        var job = await JobAsync("--set", $"events.enabled={(events ? "true" : "false")}", "--set", $"report.configMap={configMap}");

        Assert.Equal(mounted, (bool)job.PodSpec["automountServiceAccountToken"]!);
        Assert.Equal(events ? null : "false", job.Variable("PROMOTER_REPORT_EVENTS"));
        Assert.Equal(configMap, job.Arguments.SkipWhile(a => a != "--report-configmap").ElementAtOrDefault(1));
    }

    [Fact]
    public async Task The_account_that_the_release_creates_may_do_what_reports_and_events_take_and_nothing_else()
    {
        var rendered = await _chart.TemplateAsync("--values", _chart.Values("reports"));

        var rules = rendered.Only("Role")["rules"]!.AsArray().Select(r => $"{string.Join(',', r!["verbs"]!.AsArray())} {string.Join(',', r["resources"]!.AsArray())} {r["resourceNames"]?[0]}".Trim());
        Assert.Equal(["get jobs", "create,patch events", "create configmaps", "patch configmaps last-promotion"], rules);
    }

    [Fact]
    public async Task The_urls_of_webhooks_come_from_a_secret_and_stand_nowhere_in_the_job()
    {
        var job = new HookJob((await _chart.TemplateAsync("--values", _chart.Values("reports"))).Only("Job"));

        var secrets = job.Container["env"]!.AsArray().Where(e => e!["valueFrom"]?["secretKeyRef"] is not null).ToDictionary(e => (string)e!["name"]!, e => e!["valueFrom"]!["secretKeyRef"]!);
        Assert.Equal(["PROMOTER_CLOUDEVENTS_TOKEN", "PROMOTER_CLOUDEVENTS_URL", "PROMOTER_SLACK_URL"], secrets.Keys.Order());
        Assert.All(secrets.Values, s => Assert.Equal(("promotion-webhooks", true), ((string)s["name"]!, (bool)s["optional"]!)));
        Assert.Equal("changes", job.Variable("PROMOTER_NOTIFICATIONS_WHEN"));
    }

    [Fact]
    public async Task Shards_make_an_indexed_job_and_tell_the_program_their_number()
    {
        var job = await JobAsync("--values", _chart.Values("sharded"));

        Assert.Equal("Indexed", (string)job.Spec["completionMode"]!);
        Assert.Equal(4, (long)job.Spec["completions"]!);
        Assert.Equal(4, (long)job.Spec["parallelism"]!);
        Assert.Equal("4", job.Arguments.SkipWhile(a => a != "--shards").ElementAt(1));
    }

    [Fact]
    public async Task The_configuration_travels_in_the_job_because_a_config_map_of_the_application_would_come_too_late()
    {
        var job = await JobAsync("--values", _chart.Values("sharded"));

        var config = Rendered.Parse((string)job.Spec["template"]!["metadata"]!["annotations"]!["promoter.dev/config"]!).Only("PromotionConfig");
        Assert.Equal(Source, (string)config["rules"]![0]!["source"]!);
        var volume = job.PodSpec["volumes"]!.AsArray().Single(v => (string)v!["name"]! == "config")!;
        Assert.Equal("metadata.annotations['promoter.dev/config']", (string)volume["downwardAPI"]!["items"]![0]!["fieldRef"]!["fieldPath"]!);
        Assert.Equal("/etc/promoter/config.yaml", job.Arguments.SkipWhile(a => a != "--config").ElementAt(1));
    }

    [Fact]
    public async Task A_namespace_is_prepared_without_a_job()
    {
        var rendered = await _chart.TemplateAsync("--values", _chart.Values("account"));

        Assert.Empty(rendered.OfKind("Job"));
        var annotations = rendered.Only("ServiceAccount")["metadata"]!["annotations"]!;
        Assert.Equal("arn:aws:iam::222222222222:role/promoter", (string)annotations["eks.amazonaws.com/role-arn"]!);
        Assert.Equal("3600", (string)annotations["eks.amazonaws.com/token-expiration"]!);
        Assert.Equal("promoter", (string)rendered.Only("PodIdentityAssociation")["spec"]!["serviceAccount"]!);
    }

    [Fact]
    public async Task An_account_that_is_a_hook_itself_comes_one_wave_earlier()
    {
        var account = (await _chart.TemplateAsync("--values", _chart.Values("sharded"))).Only("ServiceAccount");

        Assert.Equal("-6", (string)account["metadata"]!["annotations"]!["argocd.argoproj.io/sync-wave"]!);
    }

    [Fact]
    public async Task A_long_name_is_cut_so_that_the_pods_of_all_shards_have_valid_names_and_two_long_names_differ()
    {
        var first = (await JobAsync("--set", $"fullnameOverride={new string('a', 62)}b")).Name;
        var second = (await JobAsync("--set", $"fullnameOverride={new string('a', 62)}c")).Name;

        Assert.InRange(first.Length, 1, 52);
        Assert.NotEqual(first, second);
    }

    [Theory]
    [InlineData("job.activeDeadlineSeconds=null", "missing property 'activeDeadlineSeconds'")]
    [InlineData("job.ttlSecondsAfterFinished=5", "minimum: got 5, want 600")]
    [InlineData("notifications.when=sometimes", "value must be one of")]
    [InlineData("report.configMap=Last_Promotion", "does not match pattern")]
    [InlineData("shards=0", "minimum: got 0, want 1")]
    [InlineData("job.backofLimit=1", "additional properties 'backofLimit' not allowed")]
    [InlineData("from=https://registry.example", "does not match pattern")]
    [InlineData("image.repository=", "image.repository is not set")]
    [InlineData("images[0]=", "'anyOf' failed")]
    [InlineData("images[0]= {{ .Values.commonLabels.missing }}", "an image reference is empty")]
    [InlineData("to=", "where do images come from?")]
    [InlineData("serviceAccount.create=true", "before this release's service account exists")]
    [InlineData("configMap.name=promoter,config.rules[0].name=a", "are both set")]
    [InlineData("images=null", "nothing to render")]
    public async Task Values_that_cannot_work_are_refused_with_the_reason(string setting, string reason)
    {
        Assert.Contains(reason, await _chart.RefusalAsync("--values", _chart.Values("images"), "--set", setting), StringComparison.Ordinal);
    }

    private async Task<HookJob> JobAsync(params string[] arguments) =>
        new((await _chart.TemplateAsync(["--values", _chart.Values("images"), .. arguments])).Only("Job"));
}
