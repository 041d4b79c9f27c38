using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Promoter.Admission.Hosting;

/// <summary>Which of the two doors a request came through; travels with the connection, because ports may be mapped and host headers lie.</summary>
internal sealed class Listener
{
    /// <summary>The API server's door.</summary>
    public static readonly Listener Webhook = new();

    /// <summary>The door of probes, metrics and status.</summary>
    public static readonly Listener Operations = new();

    private Listener()
    {
    }

    public void Mark(ListenOptions listen) => listen.Use(next => connection =>
    {
        connection.Features.Set(this);
        return next(connection);
    });

    public bool Accepted(HttpContext request) => request.Features.Get<Listener>() == this;
}
