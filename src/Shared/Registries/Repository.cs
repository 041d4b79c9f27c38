using System.Net;
using Microsoft.Extensions.Logging;
using Promoter.Registries.Authentication;

namespace Promoter.Registries;

/// <summary>A repository in a registry, over the OCI distribution protocol. One file per group of verbs.</summary>
internal sealed partial class Repository(
    RegistryTransport transport, RegistryRetry retry, RegistryClientOptions options, string name, Side side, IRegistryPlatform? platform, TimeProvider time, ILogger logger) : IRepository
{
    private readonly RequestOrigin _origin = new(side, transport.Endpoint.Host, name);
    private readonly IReadOnlyList<RegistryScope> _scopes = side == Side.Source ? [RegistryScope.Pull(name)] : [RegistryScope.PullPush(name)];

    public string Host => transport.Endpoint.Host;

    public string Name => name;

    public Side Side => side;

    private Uri UriOf(string path) => new(transport.Endpoint.BaseUri, $"/v2/{name}/{path}");

    private Task<HttpResponseMessage> SendAsync(RegistryRequest request, CancellationToken cancellationToken) => transport.SendAsync(request, _origin, cancellationToken);

    private async Task<RegistryException> ErrorAsync(HttpResponseMessage response, RegistryRequest request, CancellationToken cancellationToken)
    {
        // A layer host refuses for reasons of its own (an expired URL, a bucket policy); permissions are the registry's.
        Func<string, string?>? explain = response.StatusCode == HttpStatusCode.Forbidden && response.RequestMessage?.RequestUri is { } uri && transport.Endpoint.IsOwn(uri)
            ? text => platform?.ExplainDenial(Host, name, request.Action, text)
            : null;
        var error = await RegistryErrors.FromAsync(response, request, _origin, explain, time, cancellationToken);

        // A repository that was created a moment ago may be unknown for some seconds (aws-cli#2675).
        return error.Fault == RegistryFault.NotFound && platform?.IsSettling(Host, name) == true
            ? RegistryErrors.Fault(error.Fault, error.Message, error.Operation, _origin, isTransient: true, error)
            : error;
    }

    private RegistryException Fault(RegistryFault fault, RegistryRequest request, string reason, bool isTransient = false) =>
        RegistryErrors.Fault(fault, $"{RegistryErrors.Describe(request, _origin)}: {reason}", request.Operation, _origin, isTransient);

    private static bool IsNotFound(HttpResponseMessage response) => response.StatusCode == HttpStatusCode.NotFound;
}
