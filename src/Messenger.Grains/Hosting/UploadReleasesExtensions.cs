using Messenger.Contracts;
using Messenger.Grains.Uploads;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;

namespace Messenger.Grains.Hosting;

/// <summary>What the gateways need to ask each other for an upload.</summary>
public static class UploadReleasesExtensions
{
    /// <summary>For silos of the roles all and gateway. Needs an <see cref="IUploadReceivers"/>.</summary>
    public static ISiloBuilder AddUploadReleases(this ISiloBuilder builder)
    {
        builder.Services.AddSingleton<IOtherReceivers, OtherReceivers>();
        return builder.AddGrainService<UploadReleases>();
    }
}
