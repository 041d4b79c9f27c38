namespace Promoter.Emulator.Demo;

/// <summary>What the program was asked for.</summary>
/// <param name="Ports">Source registry, target registry, layer host, API, Pod Identity agent; absent: any free port.</param>
/// <param name="Seed">Plant <see cref="DemoSeed"/>.</param>
/// <param name="StateFile">Where the line that is printed is written too, or null.</param>
internal sealed record EmulatorOptions(IReadOnlyList<int> Ports, bool Seed, string? StateFile, bool Tls, bool Quotas);
