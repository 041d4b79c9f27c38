namespace Promoter.Interop.Tests.Tools;

/// <summary>How a <see cref="DistributionRegistry"/> asks who is there.</summary>
public abstract record RegistryAuthentication
{
    /// <summary>The one user that the registry knows, in every form of authentication.</summary>
    public const string UserName = "promoter";

    public const string Password = "secret";

    private RegistryAuthentication()
    {
    }

    /// <summary>Everybody may do everything.</summary>
    public static RegistryAuthentication None { get; } = new Anonymous();

    /// <summary>User name and password with each request.</summary>
    public static RegistryAuthentication Basic { get; } = new HtPasswd();

    /// <summary>Bearer tokens of a token server, as Docker Hub and GHCR use them.</summary>
    public static RegistryAuthentication Token(TokenServer server) => new Bearer(server);

    /// <summary>The part of the registry's configuration file, or nothing.</summary>
    internal abstract string Configure(TemporaryFolder folder);

    private sealed record Anonymous : RegistryAuthentication
    {
        internal override string Configure(TemporaryFolder folder) => "";
    }

    private sealed record HtPasswd : RegistryAuthentication
    {
        // bcrypt of the password at the lowest cost: the registry checks it on every request.
        private const string Hash = "$2b$04$YOj3HINKz.JkznkZUr2vL.Og58ELMLMHVA3hr0P/3LV57Ak4SrZle";

        internal override string Configure(TemporaryFolder folder) => $"""
            auth:
              htpasswd:
                realm: promoter
                path: {folder.Write("htpasswd", $"{UserName}:{Hash}\n")}
            """;
    }

    private sealed record Bearer(TokenServer Server) : RegistryAuthentication
    {
        internal override string Configure(TemporaryFolder folder) => $"""
            auth:
              token:
                realm: {Server.Realm}
                service: {TokenServer.Service}
                issuer: {TokenServer.Issuer}
                rootcertbundle: {folder.Write("token.crt", Server.CertificatePem)}
            """;
    }
}
