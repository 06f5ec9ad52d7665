namespace Messenger.Providers.Schema;

/// <summary>The database was migrated by a newer release: this one does not know what it would break.</summary>
public sealed class SchemaTooNewException : Exception
{
    public SchemaTooNewException(string message)
        : base(message)
    {
    }

    public SchemaTooNewException()
    {
    }

    public SchemaTooNewException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The database is older than this release, and this process may not migrate it.</summary>
public sealed class SchemaPendingException : Exception
{
    public SchemaPendingException(string message)
        : base(message)
    {
    }

    public SchemaPendingException()
    {
    }

    public SchemaPendingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
