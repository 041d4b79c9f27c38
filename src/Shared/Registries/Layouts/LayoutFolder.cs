using Promoter.Oci;

namespace Promoter.Registries.Layouts;

/// <summary>
/// The files of an OCI layout (image-spec, image-layout.md). A file appears under its name only when it is whole: it is written beside and renamed. Names
/// are made from digests that have been parsed, never from text that a layout contains, so that none can lead out of the folder.
/// </summary>
internal sealed class LayoutFolder(string path, TimeProvider time)
{
    // An index is changed in milliseconds; whoever takes this long has stopped.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    // A file that grows has been written to since; what has rested this long belongs to a run that is gone.
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromMinutes(1);

    private const string Version = """{"imageLayoutVersion":"1.0.0"}""";
    private const string Unfinished = ".promoter-";
    private const FileShare Everyone = FileShare.ReadWrite | FileShare.Delete;
    private static readonly FileStreamOptions ReadShared = new() { Mode = FileMode.Open, Access = FileAccess.Read, Share = Everyone, Options = FileOptions.Asynchronous };

    private static readonly FileStreamOptions NewShared = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = Everyone, BufferSize = 0, Options = FileOptions.Asynchronous };

    public string FullPath => path;

    public bool Exists => File.Exists(VersionFile);

    private string VersionFile => Path.Combine(path, "oci-layout");

    private string IndexFile => Path.Combine(path, "index.json");

    /// <summary>Size of what is stored under a digest; null where nothing is.</summary>
    public long? SizeOf(Digest digest) => new FileInfo(BlobFile(digest)) is { Exists: true } file ? file.Length : null;

    public Stream OpenBlob(Digest digest) => new FileStream(BlobFile(digest), ReadShared);

    /// <summary>The bytes of a manifest; null where there is no such file. One byte more than <paramref name="limit"/> tells that it is too large.</summary>
    public Task<byte[]?> ReadBlobAsync(Digest digest, int limit, CancellationToken cancellationToken) => ReadAsync(BlobFile(digest), limit, cancellationToken);

    public Task<byte[]?> ReadIndexAsync(int limit, CancellationToken cancellationToken) => ReadAsync(IndexFile, limit, cancellationToken);

    public Task<byte[]?> ReadVersionAsync(CancellationToken cancellationToken) => WhenFreeAsync(() => ReadAsync(VersionFile, 4096, cancellationToken), cancellationToken);

    public Task WriteIndexAsync(byte[] json, CancellationToken cancellationToken) => WriteAsync(IndexFile, (file, ct) => file.WriteAsync(json, ct).AsTask(), cancellationToken);

    public Task WriteBlobAsync(Digest digest, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        MakeFolder(Path.GetDirectoryName(BlobFile(digest))!);
        return WriteAsync(BlobFile(digest), write, cancellationToken);
    }

    /// <summary>Makes an empty layout where there is none, and removes what an interrupted run left half-written.</summary>
    /// <exception cref="UnusableFolderException">The folder holds something else, or cannot be made or written to.</exception>
    public async Task PrepareAsync(byte[] emptyIndex, CancellationToken cancellationToken)
    {
        if (!Exists)
        {
            MakeFolder(path);
            if (Directory.EnumerateFileSystemEntries(path).Select(entry => Path.GetFileName(entry)).FirstOrDefault(IsForeign) is { } other)
            {
                throw new UnusableFolderException($"{path} is no OCI layout and not empty ({other} is in it); name a new folder");
            }

            MakeFolder(Path.Combine(path, "blobs", "sha256"));
            if (!File.Exists(IndexFile)) await WriteIndexAsync(emptyIndex, cancellationToken);
            await WriteAsync(VersionFile, (file, ct) => file.WriteAsync(System.Text.Encoding.UTF8.GetBytes(Version), ct).AsTask(), cancellationToken);
        }

        foreach (var file in Directory.EnumerateFiles(path, Unfinished + "*").Where(f => time.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(f) > LeftoverAge)) DeleteUnlessInUse(file);
    }

    /// <summary>Waits until the layout is this run's alone, among the promoters of this machine that use it. The file that says what the folder is serves as the lock.</summary>
    /// <exception cref="IOException">Another process does not let go.</exception>
    public Task<IDisposable> LockAsync(CancellationToken cancellationToken) =>
        WhenFreeAsync(() => Task.FromResult<IDisposable>(new FileStream(VersionFile, FileMode.Open, FileAccess.Read, FileShare.None)), cancellationToken);

    // A locked file cannot be opened at all.
    private async Task<T> WhenFreeAsync<T>(Func<Task<T>> open, CancellationToken cancellationToken)
    {
        for (var since = time.GetTimestamp(); ;)
        {
            try
            {
                return await open();
            }
            catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException) && time.GetElapsedTime(since) < Patience)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    private string BlobFile(Digest digest) => Path.Combine(path, "blobs", digest.Algorithm.Name, digest.Hex);

    private async Task WriteAsync(string file, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        var unfinished = Path.Combine(path, Unfinished + Guid.NewGuid().ToString("N"));
        try
        {
            // Held until it has its name, so that no other run takes it for a leftover.
            await using var stream = Writable(() => new FileStream(unfinished, NewShared));
            await write(stream, cancellationToken);
            stream.Flush(flushToDisk: true);
            File.Move(unfinished, file, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    private static void MakeFolder(string folder) => Writable(() => Directory.CreateDirectory(folder));

    // A read-only file system, or a file where a folder has to be. What comes while a file is being filled (a full disk) may pass.
    private static T Writable<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnusableFolderException($"{e.Message.TrimEnd('.')}; name a folder that can be written to", e);
        }
    }

    /// <summary>Whether a file or folder of this name has no place in a layout.</summary>
    private static bool IsForeign(string name) => !name.StartsWith(Unfinished, StringComparison.Ordinal) && name is not ("blobs" or "index.json" or "oci-layout");

    private static async Task<byte[]?> ReadAsync(string file, int limit, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = new FileStream(file, ReadShared);
            var buffer = new byte[Math.Min(stream.Length, limit + 1L)];
            var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            return read == buffer.Length ? buffer : buffer[..read];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static void DeleteUnlessInUse(string file)
    {
        try
        {
            new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.None).Dispose();
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another promoter is writing it, or has just given it its name.
        }
    }
}
