using System.CommandLine;
using System.Net;
using Promoter.Admission.Hosting;
using Promoter.Admission.Tls;

namespace Promoter.Admission.Commands;

/// <summary>The flags of <c>serve</c> about the webhook's certificate.</summary>
internal sealed class TlsFlags
{
    private readonly Option<string> _certificate = new("--tls-cert") { Description = "PEM file with the certificate; re-read when it changes.", HelpName = "FILE" };
    private readonly Option<string> _key = new("--tls-key") { Description = "PEM file with the certificate's key.", HelpName = "FILE" };
    private readonly Option<bool> _selfManaged = new("--tls-self-managed") { Description = "Make CA and certificate here, keep them in a Secret, and patch caBundle." };
    private readonly Option<string> _secret = Named("--tls-secret", "The Secret of --tls-self-managed.", "promoter-admission-tls");
    private readonly Option<string> _service = Named("--service-name", "The Service that the API server calls.", "promoter-admission");
    private readonly Option<string> _configuration = Named("--webhook-configuration", "The MutatingWebhookConfiguration that calls this webhook: its caBundle is patched by --tls-self-managed, and waited for before readiness.", "promoter-admission");
    private readonly Option<string> _clientAuthority = new("--client-ca") { Description = "Serve only callers with a certificate of this CA (PEM).", HelpName = "FILE" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_certificate, _key, _selfManaged, _secret, _service, _configuration, _clientAuthority]) command.Options.Add(option);
    }

    /// <param name="listen">The webhook's address.</param>
    /// <param name="hasCluster">Whether there is a cluster to keep a Secret in.</param>
    public IEnumerable<string> Problems(ParseResult arguments, IPEndPoint listen, bool hasCluster)
    {
        var (certificate, key, selfManaged) = (arguments.GetValue(_certificate) is not null, arguments.GetValue(_key) is not null, arguments.GetValue(_selfManaged));
        if (certificate != key) yield return "--tls-cert and --tls-key belong together: give both";
        if (certificate && selfManaged) yield return "--tls-cert and --tls-self-managed exclude each other: the certificate comes from one place";
        if (selfManaged && !hasCluster) yield return "--tls-self-managed keeps its Secret in the cluster: leave --no-kubernetes out, or use --tls-cert";
        if (!certificate && !key && !selfManaged && !IPAddress.IsLoopback(listen.Address))
        {
            yield return "without --tls-cert or --tls-self-managed only a loopback address can be served: API servers call webhooks by HTTPS";
        }
    }

    public TlsOptions? Read(ParseResult arguments)
    {
        var selfManaged = arguments.GetValue(_selfManaged);
        if (arguments.GetValue(_certificate) is null && !selfManaged) return null;
        return new TlsOptions
        {
            Files = selfManaged ? null : (arguments.GetRequiredValue(_certificate), arguments.GetRequiredValue(_key)),
            SelfManaged = selfManaged
                ? new SelfManagedNames(arguments.GetRequiredValue(_secret), arguments.GetRequiredValue(_service), arguments.GetRequiredValue(_configuration))
                : null,
            WebhookConfiguration = arguments.GetRequiredValue(_configuration),
            ClientAuthorityFile = arguments.GetValue(_clientAuthority),
        };
    }

    private static Option<string> Named(string name, string description, string fallback) => new(name) { Description = description, HelpName = "NAME", DefaultValueFactory = _ => fallback };
}
