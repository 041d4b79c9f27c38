namespace Promoter.Registries.Authentication;

/// <summary>Where docker and podman keep their credentials, in the order in which their tools look.</summary>
public static class DockerConfigLocation
{
    /// <summary>The file to use, or null where there is none. A file that is named by the environment must exist.</summary>
    /// <exception cref="RegistryException"><c>REGISTRY_AUTH_FILE</c> names a file that is not there.</exception>
    public static string? Find(Func<string, string?> environment)
    {
        if (environment("REGISTRY_AUTH_FILE") is { Length: > 0 } named)
        {
            return File.Exists(named) ? named : throw new RegistryException(RegistryFault.Protocol, $"REGISTRY_AUTH_FILE names {named}, which does not exist; unset it or create the file");
        }

        string?[] candidates =
        [
            environment("DOCKER_CONFIG") is { Length: > 0 } folder ? Path.Combine(folder, "config.json") : null,
            environment("HOME") is { Length: > 0 } home ? Path.Combine(home, ".docker", "config.json") : null,
            environment("XDG_RUNTIME_DIR") is { Length: > 0 } runtime ? Path.Combine(runtime, "containers", "auth.json") : null,
        ];
        return Array.Find(candidates, path => path is not null && File.Exists(path));
    }
}
