using Messenger.Contracts;
using Messenger.Gateway.Files;
using Messenger.Gateway.Links;
using Messenger.Ports;
using Messenger.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Messenger.Gateway.Hosting;

/// <summary>What a host needs to take files and hand them out.</summary>
public static class FilesExtensions
{
    /// <summary>Needs <c>AddGateway()</c>, and an <see cref="IFileStore"/> with the ports of its rows; without a store every request is answered that there is none.</summary>
    public static IServiceCollection AddFiles(this IServiceCollection services, Action<FilesOptions> configure, bool withStore)
    {
        services.Configure(configure);
        services.AddHostedService(provider => provider.GetRequiredService<SigningKeys>());
        services.AddSingleton<ActiveUploads>().AddSingleton<IUploadReceivers>(provider => provider.GetRequiredService<ActiveUploads>());
        if (withStore)
        {
            services.AddSingleton<Credentials>().AddSingleton<UploadWriter>().AddSingleton<UploadCompletion>().AddSingleton<FileResponder>();
            services.AddSingleton<TusEndpoint>().AddSingleton<OneShotEndpoint>().AddSingleton<DownloadEndpoint>().AddSingleton<AvatarEndpoint>();
            services.AddHostedService<FileGarbageCollector>();
        }

        return services;
    }

    /// <summary>Uploads at <c>/upload</c>, downloads at <c>/download</c>, avatars at <c>/avatar</c>, and the operator's folders.</summary>
    public static void MapFiles(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var services = endpoints.ServiceProvider;
        var errors = services.GetRequiredService<FileErrorHandler>();
        var options = services.GetRequiredService<IOptions<FilesOptions>>().Value;
        StaticFolder.Map(endpoints, "/assets", options.AssetsFolder);
        StaticFolder.Map(endpoints, "/android", options.AndroidFolder);
        if (services.GetService<TusEndpoint>() is not { } tus)
        {
            foreach (var path in (string[])[$"{TusEndpoint.Path}/{{**rest}}", DownloadEndpoint.Pattern, AvatarEndpoint.Pattern])
            {
                endpoints.Map(path, errors.Around(_ => throw new RefusedException(Error.Unavailable(
                    "this server has no store of files: set Files:Directory to a folder that all gateways share, or Files:Provider to s3"))));
            }

            return;
        }

        const string one = TusEndpoint.Path + "/{id}";
        Map(TusEndpoint.Path, HttpMethods.Options, tus.Options);
        Map(TusEndpoint.Path, HttpMethods.Post, tus.Create);
        Map(one, HttpMethods.Options, tus.Options);
        Map(one, HttpMethods.Head, tus.Head);
        Map(one, HttpMethods.Patch, tus.Patch);
        Map(one, HttpMethods.Delete, tus.Delete);
        Map(one, HttpMethods.Post, tus.Override);
        Map(OneShotEndpoint.Pattern, HttpMethods.Post, services.GetRequiredService<OneShotEndpoint>().Post);
        var download = services.GetRequiredService<DownloadEndpoint>();
        Map(DownloadEndpoint.Pattern, HttpMethods.Get, download.Get);
        Map(DownloadEndpoint.Pattern, HttpMethods.Head, download.Get);
        var avatars = services.GetRequiredService<AvatarEndpoint>();
        Map(AvatarEndpoint.Pattern, HttpMethods.Get, avatars.Get);
        Map(AvatarEndpoint.Pattern, HttpMethods.Head, avatars.Get);
        Map(AvatarEndpoint.Pattern, HttpMethods.Put, avatars.Put);
        Map(AvatarEndpoint.Pattern, HttpMethods.Delete, avatars.Delete);

        void Map(string pattern, string method, RequestDelegate handler) => endpoints.MapMethods(pattern, [method], errors.Around(handler));
    }
}
