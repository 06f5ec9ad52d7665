using Messenger.Contracts;
using Messenger.Contracts.Placement;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Runtime.Services;
using Orleans.Services;

namespace Messenger.Grains.Uploads;

/// <summary>Where a gateway is asked by another to let go of an upload.</summary>
internal interface IUploadReleases : IGrainService
{
    /// <summary>Longer than <see cref="IUploadReceivers.Release"/> takes; who asks has a client waiting.</summary>
    [ResponseTimeout("00:00:04")]
    Task Release(Guid upload);
}

[Reentrant]
internal sealed class UploadReleases(GrainId id, Silo silo, ILoggerFactory loggers, IUploadReceivers receivers)
    : GrainService(id, silo, loggers), IUploadReleases
{
    public Task Release(Guid upload) => receivers.Release(upload);
}

internal sealed class OtherReceivers(IServiceProvider services, ClusterView cluster, ILogger<OtherReceivers> logger)
    : GrainServiceClient<IUploadReleases>(services), IOtherReceivers
{
    public Task Release(Guid upload) => Task.WhenAll(cluster.Others(SiloRoles.Gateway).Select(gateway => Ask(gateway, upload)));

    private async Task Ask(SiloAddress gateway, Guid upload)
    {
        try
        {
            await GetGrainService(gateway).Release(upload);
        }
#pragma warning disable CA1031 // The gateway is gone, slow, or of a release that knows no such call: the upload is taken over all the same.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Log.UploadNotReleased(logger, gateway, fault.Message);
        }
    }
}
