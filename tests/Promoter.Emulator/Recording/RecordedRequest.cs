namespace Promoter.Emulator.Recording;

/// <summary>One request as the emulator saw it. The status is 0 until it is answered, and stays 0 where no answer was sent.</summary>
public sealed class RecordedRequest
{
    /// <summary>Order of arrival over all listeners that share the log, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Order of the end over all requests that share the log, from 0; null while it runs.</summary>
    public int? Finished { get; internal set; }

    /// <summary>When it arrived, on a clock that ticks with every arrival and every answer: what was answered before has a smaller <see cref="AnsweredAt"/>.</summary>
    public required int ArrivedAt { get; init; }

    /// <summary>When its answer was complete, on the same clock; null where none was sent.</summary>
    public int? AnsweredAt { get; internal set; }

    /// <summary>Account id or registry name.</summary>
    public string Account { get; internal set; } = "";

    public EmulatedAction Action { get; internal set; }

    /// <summary>The operation of ECR's JSON API or STS; for registry requests the ECR operation that they count as.</summary>
    public string Operation { get; internal set; } = "";

    public required string Method { get; init; }

    public required string Path { get; init; }

    public string Repository { get; internal set; } = "";

    /// <summary>Tag or digest; for uploads the digest, where the request names one.</summary>
    public string Reference { get; internal set; } = "";

    public int Status { get; internal set; }

    /// <summary>Bytes of the request's body that were read.</summary>
    public long BytesReceived { get; internal set; }

    /// <summary>Bytes of the response's body that were written.</summary>
    public long BytesSent { get; internal set; }

    /// <summary>The request's Content-Length, null where it had none (chunked, or no body).</summary>
    public long? ContentLength { get; init; }

    public bool HasAuthorization { get; init; }

    /// <summary>As negotiated: <c>HTTP/1.1</c> or <c>HTTP/2</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>The request's Range or Content-Range header.</summary>
    public string? Range { get; init; }

    public string UserAgent { get; init; } = "";

    /// <summary>Who was recognised: user name or ARN.</summary>
    public string? Principal { get; internal set; }

    /// <summary>The injected effect that hit it.</summary>
    public string? Fault { get; internal set; }

    public bool IsWrite => Action is EmulatedAction.PutManifest or EmulatedAction.PutTag or EmulatedAction.DeleteManifest or EmulatedAction.DeleteBlob or
        EmulatedAction.StartUpload or EmulatedAction.Mount or EmulatedAction.WriteChunk or EmulatedAction.FinishUpload ||
        (Action == EmulatedAction.EcrApi && Operation is not ("GetAuthorizationToken" or "GetAccountSetting") &&
            !Operation.StartsWith("Describe", StringComparison.Ordinal) && !Operation.StartsWith("List", StringComparison.Ordinal) &&
            Operation is not ("BatchGetImage" or "BatchCheckLayerAvailability" or "GetDownloadUrlForLayer" or "GetRepositoryPolicy" or "GetLifecyclePolicy" or "GetRegistryPolicy"));

    public override string ToString() =>
        $"#{Index} {Account} {Method} {Path} -> {Status} ({Action} {Operation}){(Fault is null ? "" : $" fault: {Fault}")}";
}
