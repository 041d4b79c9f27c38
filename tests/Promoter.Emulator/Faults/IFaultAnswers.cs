namespace Promoter.Emulator.Faults;

/// <summary>How a service words an injected failure: the registry, the layer host, the JSON API and STS each have their own form.</summary>
internal interface IFaultAnswers
{
    Task WriteStatusAsync(HttpContext context, int status, string? code, string? message);

    Task WriteExpiredTokenAsync(HttpContext context);
}
