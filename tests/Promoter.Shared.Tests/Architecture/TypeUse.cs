namespace Promoter.Tests.Architecture;

/// <summary>One type that names another, anywhere in its metadata or its code.</summary>
/// <param name="User">Full name of the outermost type: what a compiler nests (closures, state machines) counts for the type that was written.</param>
/// <param name="Used">Full name of the outermost type that is used.</param>
public readonly record struct TypeUse(string User, string Used)
{
    public override string ToString() => $"{User} uses {Used}";
}
