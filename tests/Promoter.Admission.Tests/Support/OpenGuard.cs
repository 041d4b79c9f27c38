using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Promoter.Admission.Gates;

namespace Promoter.Admission.Tests.Support;

/// <summary>A guard that has no objection to gates.</summary>
internal sealed class OpenGuard : IGateGuard
{
    public string? Problem => null;

    public static void Use(WebApplicationBuilder builder) => builder.Services.AddSingleton<IGateGuard>(new OpenGuard());
}
