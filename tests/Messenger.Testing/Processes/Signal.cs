using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Messenger.Testing.Processes;

/// <summary>POSIX signals to a process that this test started.</summary>
internal static class Signal
{
    private const int Terminate = 15;
    private const int Continue = 18;
    private const int Stop = 19;

    public static void SendTerminate(Process process) => Send(process, Terminate);

    public static void SendStop(Process process) => Send(process, Stop);

    public static void SendContinue(Process process) => Send(process, Continue);

    private static void Send(Process process, int signal)
    {
        if (kill(process.Id, signal) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

#pragma warning disable SYSLIB1054 // One call of two integers: generated marshalling would only ask for unsafe code.
    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);
#pragma warning restore SYSLIB1054
}
