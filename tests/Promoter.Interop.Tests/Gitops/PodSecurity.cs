using System.Text.Json.Nodes;

namespace Promoter.Interop.Tests.Gitops;

/// <summary>The controls of Kubernetes' <c>restricted</c> pod security standard that a pod has to meet by itself.</summary>
internal static class PodSecurity
{
    private static readonly string[] VolumeTypes = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

    public static void AssertRestricted(JsonNode podSpec)
    {
        var pod = podSpec["securityContext"]!;
        Assert.True((bool)pod["runAsNonRoot"]!);
        Assert.NotEqual(0, (long)pod["runAsUser"]!);
        Assert.Equal("RuntimeDefault", (string)pod["seccompProfile"]!["type"]!);
        foreach (var name in (string[])["hostNetwork", "hostPID", "hostIPC"]) Assert.Null(podSpec[name]);
        foreach (var container in podSpec["containers"]!.AsArray())
        {
            var context = container!["securityContext"]!;
            Assert.False((bool)context["allowPrivilegeEscalation"]!);
            Assert.Equal(["ALL"], context["capabilities"]!["drop"]!.AsArray().Select(c => (string)c!));
            Assert.Null(context["capabilities"]!["add"]);
            Assert.Null(context["privileged"]);
            Assert.All(container["ports"]?.AsArray() ?? [], port => Assert.Null(port!["hostPort"]));
        }

        Assert.All(podSpec["volumes"]?.AsArray() ?? [], volume => Assert.Contains(volume!.AsObject().Single(p => p.Key != "name").Key, VolumeTypes));
    }
}
