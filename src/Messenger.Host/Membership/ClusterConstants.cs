namespace Messenger.Host.Membership;

/// <summary>What every process of a cluster must agree on.</summary>
internal static class ClusterConstants
{
    /// <summary>Part of every stored grain's key: it must never change.</summary>
    public const string ServiceId = "messenger";

    /// <summary>Silent connections to Redis and between silos are probed so often: see PostgreSQL's.</summary>
    public const int KeepAliveSeconds = 15;
}
