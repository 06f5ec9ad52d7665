namespace Messenger.EndToEnd.Tests.Cluster;

/// <summary>One cluster for the tests that break it for a while, or only ask it things: each leaves it whole, and has proven so.</summary>
public sealed class SharedCluster : IAsyncLifetime
{
    private readonly string _files = Directory.CreateTempSubdirectory("messenger-cluster-files-").FullName;
    private ClusterFixture? _cluster;

    public ClusterFixture Cluster => _cluster ?? throw new InvalidOperationException("not started");

    public async Task InitializeAsync() => _cluster = await ClusterFixture.StartAsync(("Files__Directory", _files));

    public async Task DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        Directory.Delete(_files, recursive: true);
    }
}

/// <summary>The collection of the tests that share the cluster.</summary>
[CollectionDefinition(Name)]
#pragma warning disable CA1711 // xunit calls it a collection.
public sealed class SharedClusterCollection : ICollectionFixture<SharedCluster>
#pragma warning restore CA1711
{
    public const string Name = "one cluster";
}
