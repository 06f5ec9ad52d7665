using System.Diagnostics.Metrics;
using Messenger.Host.Configuration;
using Messenger.Telemetry;
using Orleans.Runtime;

namespace Messenger.Host.Composition;

/// <summary>What of a process runs out or falls apart slowly: its cluster, its certificates, its volumes. Looked at when somebody collects.</summary>
internal static class ProcessSignals
{
    private static readonly Meter Meter = new("Messenger.Process");

    /// <summary>Called once, when somebody listens.</summary>
    public static void Begin(IServiceProvider services, Settings settings)
    {
        var membership = services.GetRequiredService<IClusterMembershipService>();
        Signals.Members.Gauge(Meter, () => membership.CurrentSnapshot.Members.Values.Count(member => member.Status == SiloStatus.Active));
        if (services.GetServices<ShownCertificate>().ToList() is { Count: > 0 } certificates)
        {
            var clock = services.GetRequiredService<TimeProvider>();
            Signals.CertificateExpiry.Gauges(Meter, () => certificates.Select(shown => new Measurement<double>(
                (shown.Files.Current.TargetCertificate.NotAfter.ToUniversalTime() - clock.GetUtcNow().UtcDateTime).TotalSeconds, Labels.Certificate.Is(shown.Use))));
        }

        if (Volumes(settings).ToList() is { Count: > 0 } volumes)
        {
            Signals.VolumeFree.Gauges(Meter, () => volumes.Select(volume => new Measurement<double>(volume.Drive.AvailableFreeSpace, Labels.Volume.Is(volume.Name))));
            Signals.VolumeSize.Gauges(Meter, () => volumes.Select(volume => new Measurement<double>(volume.Drive.TotalSize, Labels.Volume.Is(volume.Name))));
        }
    }

    private static IEnumerable<(string Name, DriveInfo Drive)> Volumes(Settings settings)
    {
        if (settings.Embedded)
        {
            yield return ("data", new DriveInfo(settings.Data.Directory));
        }

        if (settings.Files.Directory is { } files && settings.Silo.TerminatesSockets)
        {
            yield return ("files", new DriveInfo(files));
        }
    }
}

/// <summary>A certificate that this process shows to others.</summary>
/// <param name="Use">One of <see cref="Labels.Certificate"/>.</param>
internal sealed record ShownCertificate(string Use, CertificateFiles Files);
