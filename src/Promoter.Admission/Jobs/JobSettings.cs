namespace Promoter.Admission.Jobs;

/// <summary>What a Job of <c>promoter</c> needs that only the chart knows.</summary>
internal sealed record JobSettings
{
    public const string ImageVariable = "PROMOTER_JOB_IMAGE";
    public const string ServiceAccountVariable = "PROMOTER_JOB_SERVICE_ACCOUNT";
    public const string ConfigMapVariable = "PROMOTER_JOB_CONFIG_MAP";
    public const string PullSecretsVariable = "PROMOTER_JOB_PULL_SECRETS";

    /// <summary>Variables of our own that mean the same to the Job: where AWS and the way out are.</summary>
    private static readonly string[] Inherited =
    [
        "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EC2_METADATA_DISABLED", "AWS_STS_REGIONAL_ENDPOINTS", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT",
        "AWS_ENDPOINT_URL_ECR", "AWS_ENDPOINT_URL_STS", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "DOTNET_EnableDiagnostics",
    ];

    /// <summary>The image of <c>promoter</c>.</summary>
    public required string Image { get; init; }

    public required string ServiceAccount { get; init; }

    /// <summary>The ConfigMap with our own configuration under <c>config.yaml</c>.</summary>
    public required string ConfigMap { get; init; }

    /// <summary>Secrets of our namespace with which the image is pulled; none where the nodes can pull it as they are.</summary>
    public IReadOnlyList<string> PullSecrets { get; init; } = [];

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <returns>Null where a variable is missing, so that no Job can be made.</returns>
    public static JobSettings? Read(Func<string, string?> environment)
    {
        if (environment(ImageVariable) is not { Length: > 0 } image || environment(ConfigMapVariable) is not { Length: > 0 } configMap) return null;
        return new JobSettings
        {
            Image = image,
            ServiceAccount = environment(ServiceAccountVariable) is { Length: > 0 } account ? account : "default",
            ConfigMap = configMap,
            PullSecrets = environment(PullSecretsVariable)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [],
            Environment = Inherited.Where(name => environment(name) is { Length: > 0 }).ToDictionary(name => name, name => environment(name)!, StringComparer.Ordinal),
        };
    }
}
