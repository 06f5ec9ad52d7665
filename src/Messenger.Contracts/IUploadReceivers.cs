namespace Messenger.Contracts;

/// <summary>The uploads that a gateway receives at this moment.</summary>
public interface IUploadReceivers
{
    /// <summary>
    /// Has whoever receives this upload here let go of it, once what came is recorded. Completes when that is done, when nobody does, or when it has taken too long.
    /// </summary>
    Task Release(Guid upload);
}

/// <summary>Those of all other gateways.</summary>
public interface IOtherReceivers
{
    /// <summary>The same at each of them at once. One that cannot be reached is not waited for: it can record nothing either once the upload is taken over.</summary>
    Task Release(Guid upload);
}
