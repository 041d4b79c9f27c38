using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Promoter.Emulator.Faults;

/// <summary>Waits until the kernel has delivered what was written to a socket, so that "reset after N bytes" means N bytes.</summary>
internal static partial class SendBuffer
{
    private const nuint Outstanding = 0x5411; // SIOCOUTQ, tcp(7)
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    public static async ValueTask DrainAsync(Socket socket, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux()) return;
        while (Control((int)socket.Handle, Outstanding, out var bytes) == 0 && bytes > 0) await Task.Delay(Pause, TimeProvider.System, cancellationToken);
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request, out int value);
}
