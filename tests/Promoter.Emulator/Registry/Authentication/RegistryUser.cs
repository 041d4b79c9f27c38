namespace Promoter.Emulator.Registry.Authentication;

/// <summary>A user of a plain registry.</summary>
/// <param name="MayPush">Else pull only.</param>
/// <param name="Repositories">Wildcard of the repositories that the user sees.</param>
public sealed record RegistryUser(string Name, string Password, bool MayPush = true, string Repositories = "*")
{
    internal bool May(string repository, bool push) => (!push || MayPush) && Wildcard.Matches(Repositories, repository);
}
