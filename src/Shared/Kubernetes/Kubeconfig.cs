using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Promoter.Kubernetes;

/// <summary>
/// The endpoint that kubectl would use: files named by <c>--kubeconfig</c>, <c>KUBECONFIG</c> (several; the first that defines an entry wins) or <c>~/.kube/config</c>.
/// </summary>
public static class Kubeconfig
{
    /// <param name="path">One file; null: what the environment says.</param>
    /// <param name="context">The context to use; null: the files' current one.</param>
    /// <exception cref="KubernetesException">No file, no such context, or an entry that cannot be used; the message says which.</exception>
    public static KubernetesEndpoint Load(string? path, string? context, Func<string, string?> environment, TimeProvider time)
    {
        var files = FilesOf(path, environment).Select(KubeconfigFile.Read).ToList();
        var current = context ?? files.Select(f => f.Root.Text("current-context")).FirstOrDefault(name => !string.IsNullOrEmpty(name))
            ?? throw new KubernetesException($"No context is current in {Names(files)}: pass --context NAME.");
        var (_, chosen) = Find(files, "contexts", "context", current);
        var (clusterFile, cluster) = Find(files, "clusters", "cluster", chosen.Text("cluster") ?? "");
        var (userFile, user) = chosen.Text("user") is { Length: > 0 } name ? Find(files, "users", "user", name) : (files[0], new JsonObject());

        if (!Uri.TryCreate(cluster.Text("server"), UriKind.Absolute, out var server))
        {
            throw new KubernetesException($"Cluster '{chosen.Text("cluster")}' in {clusterFile.Path} has no valid server address.");
        }

        return new KubernetesEndpoint
        {
            Server = server.AbsolutePath.EndsWith('/') ? server : new Uri(server + "/"),
            Authorities = Authorities(clusterFile, cluster),
            SkipsVerification = cluster.Text("insecure-skip-tls-verify") is "true",
            ServerName = cluster.Text("tls-server-name"),
            Proxy = cluster.Text("proxy-url") is { } proxy ? new Uri(proxy) : null,
            Credentials = Credentials(userFile, user, new ExecCluster(server, cluster), environment, time),
            Namespace = chosen.Text("namespace") ?? "default",
            Impersonated = user.Text("as") is { } impersonated ? (impersonated, [.. user.Items("as-groups").Select(group => group.ToString())]) : null,
        };
    }

    private static string[] FilesOf(string? path, Func<string, string?> environment)
    {
        if (path is not null) return [path];
        if (environment("KUBECONFIG") is { Length: > 0 } list)
        {
            string[] present = [.. list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Where(File.Exists)];
            return present.Length > 0 ? present : throw new KubernetesException($"None of the files in KUBECONFIG exists: {list}.");
        }

        var home = Path.Combine(environment("HOME") ?? environment("USERPROFILE") ?? "", ".kube", "config");
        return File.Exists(home) ? [home] : throw new KubernetesException($"There is no kubeconfig: {home} does not exist and KUBECONFIG is not set. Pass --kubeconfig FILE.");
    }

    private static (KubeconfigFile File, JsonNode Entry) Find(IReadOnlyList<KubeconfigFile> files, string list, string member, string name)
    {
        foreach (var file in files)
        {
            if (file.Root.Items(list).FirstOrDefault(entry => entry.Text("name") == name) is { } entry) return (file, entry.At(member) ?? new JsonObject());
        }

        throw new KubernetesException($"There is no {member} '{name}' in {Names(files)}.");
    }

    private static string Names(IEnumerable<KubeconfigFile> files) => string.Join(", ", files.Select(file => file.Path));

    private static X509Certificate2Collection? Authorities(KubeconfigFile file, JsonNode cluster)
    {
        if (file.Pem(cluster, "certificate-authority") is not { } pem) return null;
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new KubernetesException($"The certificate authority in {file.Path} is no PEM: {e.Message}", e);
        }

        return authorities;
    }

    private static IKubernetesCredentials Credentials(
        KubeconfigFile file, JsonNode user, ExecCluster cluster, Func<string, string?> environment, TimeProvider time)
    {
        // client-go's order: an exec plugin is asked only where nothing static is given; a token beside a certificate is sent along.
        if (user.At("auth-provider") is not null) throw new KubernetesException($"{file.Path} uses auth-provider, which Kubernetes 1.26 removed: use an exec plugin.");
        if (user.Text("tokenFile") is { } tokenFile) return new TokenFile(file.Resolve(tokenFile), time);

        var certificate = ClientCertificate(file, user);
        if (user.Text("token") is { Length: > 0 } token) return new StaticCredentials(new KubernetesCredential(token, certificate));
        if (certificate is not null) return new StaticCredentials(new KubernetesCredential(null, certificate));
        if (user.Text("username") is { } userName)
        {
            return new StaticCredentials(KubernetesCredential.Basic(userName, user.Text("password") ?? ""));
        }

        return user.At("exec") is { } exec ? new ExecPlugin(ExecSettings.Read(exec, file, cluster), environment, time) : StaticCredentials.Anonymous;
    }

    private static X509Certificate2? ClientCertificate(KubeconfigFile file, JsonNode user)
    {
        var certificate = file.Pem(user, "client-certificate");
        var key = file.Pem(user, "client-key");
        if (certificate is null || key is null) return null;
        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new KubernetesException($"The client certificate in {file.Path} cannot be used: {e.Message}", e);
        }
    }

    /// <summary>One kubeconfig file; relative paths in it are relative to it.</summary>
    internal sealed record KubeconfigFile(string Path, JsonNode Root)
    {
        public static KubeconfigFile Read(string path)
        {
            try
            {
                return new KubeconfigFile(path, YamlNodes.Read(File.ReadAllText(path)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or YamlDotNet.Core.YamlException)
            {
                throw new KubernetesException($"The kubeconfig {path} cannot be read: {e.Message}", e);
            }
        }

        public string Resolve(string path) =>
            System.IO.Path.IsPathRooted(path) ? path : System.IO.Path.GetFullPath(path, System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!);

        /// <summary>PEM text under <c>name-data</c> (base64) or in the file under <c>name</c>; inline data wins, as in client-go.</summary>
        public string? Pem(JsonNode node, string name)
        {
            try
            {
                if (node.Text(name + "-data") is { Length: > 0 } data) return Encoding.UTF8.GetString(Convert.FromBase64String(data));
                return node.Text(name) is { Length: > 0 } file ? File.ReadAllText(Resolve(file)) : null;
            }
            catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
            {
                throw new KubernetesException($"{name} of {Path} cannot be read: {e.Message}", e);
            }
        }
    }
}
