using System.Runtime.InteropServices;

namespace Promoter.Interop.Tests.Tools;

/// <summary>A folder with a program of this machine and the libraries it loads: the smallest content that a container can run.</summary>
public static class RootFileSystem
{
    /// <summary>This machine's architecture as images name it.</summary>
    public static string Architecture => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        _ => "amd64",
    };

    /// <summary>Another architecture than this machine's.</summary>
    public static string OtherArchitecture => Architecture == "arm64" ? "amd64" : "arm64";

    /// <summary>Copies the program and what ldd says it loads into the folder, under the paths they have here.</summary>
    public static async Task CreateAsync(string folder, string program)
    {
        var libraries = (await new ExternalProgram("/usr/bin/ldd").RunAsync(program)).Text.Split('\n')
            .Select(line => line.Split(' ', '\t').FirstOrDefault(word => word.StartsWith('/'))).OfType<string>();
        foreach (var file in libraries.Prepend(program))
        {
            var copy = Path.Join(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
