namespace Messenger.Host.Configuration;

/// <summary>
/// What tells this process from others of its kind, for an operator: the pod's name where there is one, else the machine's and the process's number. Telemetry
/// calls the instance that, and the membership the silo.
/// </summary>
internal static class InstanceName
{
    /// <summary>In a container the machine's name is the pod's, and the process the first.</summary>
    public static string Value { get; } = Environment.GetEnvironmentVariable("POD_NAME") is { Length: > 0 } pod ? pod
        : Environment.ProcessId == 1 ? Environment.MachineName
        : $"{Environment.MachineName}-{Environment.ProcessId}";
}
