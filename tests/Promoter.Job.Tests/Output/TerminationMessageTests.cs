using System.Text;
using Promoter.Job.Output;
using Promoter.Oci;
using Promoter.Promotion;

namespace Promoter.Job.Tests.Output;

public sealed class TerminationMessageTests
{
    [Fact]
    public void Failures_come_first_and_the_message_fits_what_Kubernetes_keeps()
    {
        var request = new PromotionRequest(ImageReference.Parse("target.example.com/shop/web:1"), ImageReference.Parse("source.example.com/shop/web:1"));
        var good = Enumerable.Repeat(new ReportedImage(request, ImageOutcome.UpToDate), 200);
        var bad = new ReportedImage(request, ImageOutcome.Failed) { Failure = new PromotionException(ExitCode.Refused, "it is ünsigned") };

        var message = TerminationMessage.Compose(new PromotionReport([.. good, bad], [], [], TimeSpan.FromSeconds(1)));

        Assert.True(Encoding.UTF8.GetByteCount(message) <= 4096);
        var lines = message.Split('\n');
        Assert.Contains("exit code 8", lines[0], StringComparison.Ordinal);
        Assert.Equal("failed target.example.com/shop/web:1: it is ünsigned", lines[1]);
    }

    [Fact]
    public void Outside_a_pod_nothing_is_written()
    {
        var path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString());

        TerminationMessage.Write("done", path);

        Assert.False(File.Exists(path));
    }

    [Fact]
    public void In_a_pod_the_message_replaces_what_was_there()
    {
        using var file = new TemporaryFile("before");

        TerminationMessage.Write("after", file.Path);

        Assert.Equal("after", File.ReadAllText(file.Path));
    }
}
