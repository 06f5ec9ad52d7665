using System.Net.Sockets;

namespace Messenger.Testing.Servers;

/// <summary>A server that speaks S3.</summary>
public abstract class S3Server(string name) : Server(name)
{
    public const string Bucket = "files";

    public Uri Endpoint => new($"http://127.0.0.1:{Port}");

    public abstract string AccessKey { get; }

    public abstract string SecretKey { get; }

    protected override async Task<bool> Ready()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

/// <summary>s3rver: small and complete; it looks at signatures and lets most things pass.</summary>
public sealed class S3Rver : S3Server
{
    private S3Rver()
        : base("s3rver")
    {
    }

    public override string AccessKey => "S3RVER";

    public override string SecretKey => "S3RVER";

    protected override (string Program, string[] Arguments) Command => (
        TestTools.Node,
        [
            Path.Combine(TestTools.Modules, "s3rver", "bin", "s3rver.js"), "-s", "-a", "127.0.0.1", "-p", $"{Port}", "-d", Folder,
            "--no-vhost-buckets", "--configure-bucket", Bucket,
        ]);

    public static async Task<S3Rver> Start()
    {
        var server = new S3Rver();
        await server.Launch();
        return server;
    }
}

/// <summary>Ceph's gateway with its data in SQLite: a real S3 server that checks every signature.</summary>
public sealed class RadosGateway : S3Server
{
    private RadosGateway()
        : base("radosgw")
    {
    }

    public override string AccessKey => "MESSENGERTESTS";

    public override string SecretKey => "messenger-tests-secret";

    protected override (string Program, string[] Arguments) Command => (Loader, [.. Libraries, Path.Combine(Root, "usr/bin/radosgw"), "-f", .. Cluster]);

    private static string Root => TestTools.Required(Path.Combine(TestTools.Folder, "radosgw", "root"));

    /// <summary>It belongs to a later release of the system: started by that release's loader, with its libraries.</summary>
    private static string Loader => Path.Combine(Root, "usr/lib64/ld-linux-x86-64.so.2");

    private static string[] Libraries => ["--library-path", $"{Root}/usr/lib/x86_64-linux-gnu:{Root}/usr/lib/x86_64-linux-gnu/ceph"];

    private string[] Cluster => ["-c", Path.Combine(Folder, "ceph.conf"), "-n", "client.test", "--no-mon-config"];

    public static async Task<RadosGateway> Start()
    {
        var server = new RadosGateway();
        await File.WriteAllTextAsync(Path.Combine(server.Folder, "ceph.conf"), $"""
            [global]
            auth_cluster_required = none
            auth_service_required = none
            auth_client_required = none
            plugin_dir = {Root}/usr/lib/x86_64-linux-gnu/ceph
            admin_socket =
            run_dir = {server.Folder}
            [client.test]
            rgw_backend_store = dbstore
            rgw_config_store = dbstore
            dbstore_db_dir = {server.Folder}
            dbstore_config_uri = file:{server.Folder}/config.db
            rgw_data = {server.Folder}
            rgw_frontends = beast endpoint=127.0.0.1:{server.Port}
            keyring = {server.Folder}/none
            log_file = {server.Folder}/log

            """);
        RunUnprivileged(
            Loader,
            [
                .. Libraries, Path.Combine(Root, "usr/bin/radosgw-admin"), .. server.Cluster, "user", "create", "--uid=tests", "--display-name=tests",
                $"--access-key={server.AccessKey}", $"--secret-key={server.SecretKey}",
            ]);
        await server.Launch();
        return server;
    }
}
