namespace Promoter.Benchmarks.Webhook;

/// <summary>The numbers as Markdown. Ratios are the webhook's number divided by the empty endpoint's in the same run.</summary>
internal static class WebhookReport
{
    private const double MiB = 1 << 20;
    private const double Budget = 5;

    public static string Document(WebhookNumbers numbers, IReadOnlyList<string> machine) => $"""
        # Benchmark of the webhook

        Written by `make bench-webhook` (`make bench` runs it too); run it to get your own numbers. The review of a pod with five images, all present at the target and remembered,
        is sent over TLS to the webhook and, in turns, to an otherwise empty minimal API that reads the same body and answers with a fixed review. Load generator and server share
        the machine's cores. Latencies and rates are medians of {numbers.Rounds} rounds of 10 seconds, memory is the largest resident set. `x` is the webhook's number divided by the
        empty endpoint's.

        {string.Join('\n', machine.Select(line => $"- {line}"))}

        {Table(numbers)}
        """;

    public static string Table(WebhookNumbers numbers) => $"""
        ## 1,000 reviews a second (hey, 20 connections)

        | server | reviews/s | p50 ms | x | p99 ms | x | failed |
        | --- | ---: | ---: | ---: | ---: | ---: | ---: |
        {Steady(numbers.Baseline, numbers.Baseline)}
        {Steady(numbers.Webhook, numbers.Baseline)}

        Budget: p99 under {Budget:F0} ms on two cores, all images present and remembered. {(numbers.Webhook.Steady.P99.TotalMilliseconds < Budget ? "Met" : "Not met")} in this run.

        ## As many as go (wrk, 2 threads, 16 connections)

        | server | reviews/s | x | p50 ms | p99 ms | peak MiB | x | failed |
        | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
        {Saturated(numbers.Baseline, numbers.Baseline)}
        {Saturated(numbers.Webhook, numbers.Baseline)}

        The webhook allocates {numbers.AllocatedPerReview / 1024:F1} KiB per review.

        ## Certificate renewed under load

        {numbers.Rotation.Requests} reviews, each over a connection of its own, while the certificate's files were replaced every 3 seconds and {numbers.Rotations} new certificates were
        taken into use: {numbers.Rotation.Failed} failed.

        """;

    private static string Steady(ServerNumbers server, ServerNumbers baseline) =>
        $"| {server.Server} | {server.Steady.RequestsPerSecond:F0} | {server.Steady.P50.TotalMilliseconds:F2} | {server.Steady.P50 / baseline.Steady.P50:F2} "
        + $"| {server.Steady.P99.TotalMilliseconds:F2} | {server.Steady.P99 / baseline.Steady.P99:F2} | {server.Steady.Failed} |";

    private static string Saturated(ServerNumbers server, ServerNumbers baseline) =>
        $"| {server.Server} | {server.Saturated.RequestsPerSecond:F0} | {server.Saturated.RequestsPerSecond / baseline.Saturated.RequestsPerSecond:F2} | {server.Saturated.P50.TotalMilliseconds:F2} "
        + $"| {server.Saturated.P99.TotalMilliseconds:F2} | {server.PeakMemoryBytes / MiB:F0} | {(double)server.PeakMemoryBytes / baseline.PeakMemoryBytes:F2} | {server.Saturated.Failed} |";
}
