using Promoter.Emulator.Faults;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry;
using Promoter.Emulator.Registry.Authentication;

namespace Promoter.Emulator;

/// <summary>How a plain registry authenticates.</summary>
public enum RegistryAuthentication
{
    Anonymous,
    Basic,
    Bearer,
}

/// <summary>A plain registry (no ECR): what it is called, how it authenticates, how it behaves.</summary>
public sealed class RegistryOptions
{
    /// <summary>The account under which its requests are recorded.</summary>
    public string Name { get; init; } = "registry";

    /// <summary>0: any free port.</summary>
    public int Port { get; init; }

    /// <summary>Serve HTTPS with a certificate that nobody trusts.</summary>
    public bool Tls { get; init; }

    public RegistryAuthentication Authentication { get; init; }

    /// <summary>For Basic and Bearer.</summary>
    public IReadOnlyList<RegistryUser> Users { get; init; } = [new RegistryUser("user", "secret")];

    public BearerOptions Bearer { get; init; } = new();

    public RegistryBehaviour Behaviour { get; init; } = new();

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Share one log between registries to see the order of requests across them.</summary>
    public RequestLog Requests { get; init; } = new();

    public FaultScript Faults { get; init; } = new();
}
