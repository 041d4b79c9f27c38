using System.CommandLine;
using Promoter.Oci;
using Promoter.Release;

var archives = new Option<string[]>("--archive") { Description = "What the SDK wrote for one platform (ContainerArchiveOutputPath, OCI format); once for each platform.", Required = true, AllowMultipleArgumentsPerToken = true };
var program = new Option<string>("--program") { Description = "The program in the image.", Required = true };
var version = new Option<string>("--release-version") { Description = "The version that the image carries.", Required = true };
var source = new Option<string?>("--source") { Description = "Address of the sources." };
var revision = new Option<string>("--revision") { Description = "The commit.", Required = true };
var created = new Option<long>("--created") { Description = "The commit's time, in seconds since 1970.", Required = true };
var target = new Argument<string>("TARGET") { Description = "registry/repository:tag" };

var push = new Command("push", "Push the SDK's images so that one commit gives one digest: an index, with a bill of materials attached.") { archives, program, version, source, revision, created, target };
push.SetAction(async (parse, cancellationToken) =>
{
    var build = new Build(
        parse.GetRequiredValue(program), parse.GetRequiredValue(version), parse.GetValue(source), parse.GetRequiredValue(revision), DateTimeOffset.FromUnixTimeSeconds(parse.GetRequiredValue(created)));
    var release = new ReleaseContent(build);
    release.Compose([.. await Task.WhenAll(parse.GetRequiredValue(archives).Select(path => ImageArchive.ReadAsync(path, cancellationToken)))]);
    var reference = ImageReference.Parse(parse.GetRequiredValue(target));
    using var pusher = new ReleasePush();
    await pusher.PushAsync(release, reference, cancellationToken);
    await parse.InvocationConfiguration.Output.WriteLineAsync($"{reference.Registry}/{reference.Repository}@{release.Index}");
    return 0;
});

return await new RootCommand("Finishes container images for a release.") { push }.Parse(args).InvokeAsync();
