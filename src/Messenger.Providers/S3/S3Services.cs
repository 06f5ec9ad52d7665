using Messenger.Ports;
using Microsoft.Extensions.DependencyInjection;

namespace Messenger.Providers.S3;

/// <summary>Files in a bucket.</summary>
public static class S3Services
{
    public static IServiceCollection AddS3(this IServiceCollection services, S3Options options) =>
        services.AddSingleton(options).AddSingleton<IFileStore, S3FileStore>().AddSingleton<IStoredPieces, S3Pieces>();
}
