using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;

namespace Messenger.Gateway.Files;

/// <summary>A folder of the operator's, served as it is: logo and sound, the Android application.</summary>
internal static class StaticFolder
{
    public static void Map(IEndpointRouteBuilder endpoints, string path, string? folder)
    {
        if (folder is null)
        {
            return;
        }

        var types = new FileExtensionContentTypeProvider();
        types.Mappings[".apk"] = "application/vnd.android.package-archive";
        var files = endpoints.CreateApplicationBuilder()
            .Use((context, next) =>
            {
                // The middleware leaves what has an endpoint to that endpoint: here it is the endpoint.
                context.SetEndpoint(null);
                context.Response.Headers.XContentTypeOptions = "nosniff";
                return next(context);
            })
            .UseStaticFiles(new StaticFileOptions
            {
                RequestPath = path,
                FileProvider = new PhysicalFileProvider(folder),
                ContentTypeProvider = types,
                ServeUnknownFileTypes = true,
                DefaultContentType = MimeTypes.Bytes,
            });
        endpoints.MapMethods($"{path}/{{**file}}", [HttpMethods.Get, HttpMethods.Head], files.Build());
    }
}
