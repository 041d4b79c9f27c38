using Promoter.Emulator.Faults;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry.Authentication;

namespace Promoter.Emulator.Registry;

/// <summary>The <c>/v2/</c> endpoint of one registry.</summary>
internal sealed class RegistryEndpoint(RegistryStore store, IRegistryGate gate, RequestPipeline pipeline, LayerHost? layerHost) : IFaultAnswers
{
    private readonly ManifestEndpoints _manifests = new(store);
    private readonly ManifestPush _push = new(store);
    private readonly BlobEndpoints _blobs = new(store, layerHost);
    private readonly UploadEndpoints _uploads = new(store);
    private readonly ReferrerEndpoints _referrers = new(store);
    private readonly TagEndpoints _tags = new(store);

    public async Task HandleAsync(HttpContext context)
    {
        var route = RegistryRoute.Parse(context.Request);
        await pipeline.RunAsync(
            context,
            record =>
            {
                record.Account = store.Account;
                record.Action = route.Action;
                record.Operation = EcrOperation.Of(route.Action);
                record.Repository = route.Repository;
                record.Reference = route.Reference;
            },
            this,
            (c, _) => AnswerAsync(c, () => DispatchAsync(c, route)),
            async (c, record) =>
            {
                var admitted = false;
                await AnswerAsync(c, async () => admitted = await gate.AdmitAsync(c, route, record));
                return admitted;
            });
    }

    public Task WriteStatusAsync(HttpContext context, int status, string? code, string? message)
    {
        var (usualCode, usualMessage) = status switch
        {
            429 => ("TOOMANYREQUESTS", store.Wording.IsEcr ? "Rate exceeded" : "too many requests"),
            401 => ("UNAUTHORIZED", "authentication required"),
            403 => ("DENIED", "requested access to the resource is denied"),
            404 => ("NOT_FOUND", "not found"),
            503 => ("UNAVAILABLE", "service unavailable"),
            _ => ("UNKNOWN", "unknown error"),
        };
        return RegistryErrorException.WriteAsync(context, status, code ?? usualCode, message ?? usualMessage);
    }

    public Task WriteExpiredTokenAsync(HttpContext context) => gate.RefuseExpiredAsync(context, RegistryRoute.Parse(context.Request));

    private static async Task AnswerAsync(HttpContext context, Func<Task> handle)
    {
        try
        {
            await handle();
        }
        catch (RegistryErrorException e) when (!context.Response.HasStarted)
        {
            await RegistryErrorException.WriteAsync(context, e.Status, e.Code, e.Message, e.Detail);
        }
    }

    private Task DispatchAsync(HttpContext context, RegistryRoute route)
    {
        context.Response.Headers["Docker-Distribution-API-Version"] = "registry/2.0";
        if (route.Repository.Length > 0 && !RegistryRoute.IsValidName(route.Repository)) throw new RegistryErrorException(400, "NAME_INVALID", $"invalid repository name '{route.Repository}'");
        if (route.Repository.Length > 0) store.RequireVisible(route.Repository);
        return route.Action switch
        {
            EmulatedAction.Ping => context.WriteBytesAsync("application/json", "{}"u8.ToArray()),
            EmulatedAction.GetToken => gate.IssueTokenAsync(context),
            EmulatedAction.HeadManifest or EmulatedAction.GetManifest => _manifests.GetAsync(context, route),
            EmulatedAction.PutManifest or EmulatedAction.PutTag => _push.PutAsync(context, route),
            EmulatedAction.DeleteManifest => _manifests.DeleteAsync(context, route),
            EmulatedAction.HeadBlob or EmulatedAction.GetBlob => _blobs.GetAsync(context, route),
            EmulatedAction.DeleteBlob => _blobs.DeleteAsync(context, route),
            EmulatedAction.StartUpload or EmulatedAction.Mount => _uploads.StartAsync(context, route),
            EmulatedAction.WriteChunk => _uploads.PatchAsync(context, route),
            EmulatedAction.FinishUpload => _uploads.FinishAsync(context, route),
            EmulatedAction.UploadStatus => _uploads.StatusAsync(context, route),
            EmulatedAction.CancelUpload => _uploads.CancelAsync(context, route),
            EmulatedAction.ListTags => _tags.ListAsync(context, route),
            EmulatedAction.ListRepositories => _tags.CatalogAsync(context),
            EmulatedAction.ListReferrers => _referrers.ListAsync(context, route),
            _ => throw new RegistryErrorException(404, "NOT_FOUND", "404 page not found"),
        };
    }
}
