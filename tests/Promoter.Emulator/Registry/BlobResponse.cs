using System.Net.Http.Headers;

namespace Promoter.Emulator.Registry;

/// <summary>Writes a blob, or the range of it that was asked for (RFC 9110, section 14).</summary>
internal static class BlobResponse
{
    public static async Task WriteAsync(HttpContext context, BlobContent blob, bool honoursRange)
    {
        var response = context.Response;
        response.ContentType = "application/octet-stream";
        if (honoursRange) response.Headers.AcceptRanges = "bytes";
        long offset = 0;
        var count = blob.Length;
        if (honoursRange && RangeHeaderValue.TryParse(context.Request.Headers.Range.ToString(), out var header) && header.Ranges.Count == 1)
        {
            var range = header.Ranges.Single();
            offset = range.From ?? Math.Max(0, blob.Length - range.To!.Value);
            var end = range.From is null ? blob.Length - 1 : Math.Min(range.To ?? long.MaxValue, blob.Length - 1);
            if (offset >= blob.Length || end < offset)
            {
                response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
                response.Headers.ContentRange = $"bytes */{blob.Length}";
                response.ContentLength = 0;
                return;
            }

            count = end - offset + 1;
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = $"bytes {offset}-{end}/{blob.Length}";
        }

        response.ContentLength = count;
        await blob.WriteToAsync(response.Body, offset, count, context.RequestAborted);
    }
}
