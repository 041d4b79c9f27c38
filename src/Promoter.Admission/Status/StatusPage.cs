using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Promoter.Promotion;

namespace Promoter.Admission.Status;

/// <summary>The status as a small page for people: no scripts, everything from the cluster escaped.</summary>
internal static class StatusPage
{
    private const string Style =
        "body{font:14px system-ui;margin:2rem;color:#222}table{border-collapse:collapse;margin:0 0 2rem}td,th{text-align:left;padding:.2rem 1rem .2rem 0;border-bottom:1px solid #ddd}h2{margin-bottom:.3rem}";

    /// <summary>Whatever slips through the escaping, browsers load and run nothing but this page's own style.</summary>
    private static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void Protect(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
    }

    public static string Render(StatusDocument status)
    {
        var page = new StringBuilder("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"5\"><title>promoter-admission</title>");
        page.Append(CultureInfo.InvariantCulture, $"<style>{Style}</style><h1>promoter-admission</h1><p>{Text(status.Replica)}: {(status.IsReady ? "ready" : "not ready")}");
        page.Append(status.IsLeader ? ", removes gates" : "").Append(status.GateProblem is { } problem ? $", sets no gates: {Text(problem)}" : "").Append("</p>");
        Table(page, "Copies in flight", ["image", "phase", "moved", "of", "for", "since", "replica"], status.Copies.Select(copy => (string[])
        [
            copy.Image, copy.Phase, ByteSize.Format(copy.BytesMoved), copy.BytesMissing is { } missing ? ByteSize.Format(missing) : "", copy.RequestedBy, Time(copy.Since), copy.Replica,
        ]));
        Table(page, "Gated pods", ["pod", "since", "until", "waits for"], status.GatedPods.Select(pod => (string[])[pod.Pod, Time(pod.Since), pod.Until is { } until ? Time(until) : "", pod.Reason ?? ""]));
        Table(page, "Recent decisions", ["at", "pod", "image", "decision", "reason"], status.RecentDecisions.Select(decision => (string[])
        [
            Time(decision.At), $"{decision.Namespace}/{decision.Pod}{(decision.DryRun ? " (dry run)" : "")}", decision.Image, decision.Decision, decision.Reason,
        ]));
        return page.Append("</html>").ToString();
    }

    private static void Table(StringBuilder page, string title, string[] columns, IEnumerable<string[]> rows)
    {
        page.Append("<h2>").Append(title).Append("</h2><table><tr>");
        foreach (var column in columns) page.Append("<th>").Append(column).Append("</th>");
        page.Append("</tr>");
        foreach (var row in rows)
        {
            page.Append("<tr>");
            foreach (var cell in row) page.Append("<td>").Append(Text(cell)).Append("</td>");
            page.Append("</tr>");
        }

        page.Append("</table>");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
