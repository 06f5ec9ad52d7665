namespace Messenger.Gateway;

/// <summary>How files are taken and handed out.</summary>
public sealed class FilesOptions
{
    /// <summary>Bytes of one file: <c>Files:MaxBytes</c>.</summary>
    public long MaxBytes { get; set; } = 2L * 1024 * 1024 * 1024;

    /// <summary>Bytes that one user may reserve in a day (UTC): <c>Files:MaxBytesPerDay</c>.</summary>
    public long MaxBytesPerDay { get; set; } = 10L * 1024 * 1024 * 1024;

    /// <summary>Unfinished uploads of one user: <c>Files:MaxUploads</c>.</summary>
    public int MaxUploads { get; set; } = 32;

    /// <summary>False lifts the limits per user, for load tests: <c>Limits:Enabled</c>. The limit of a file stays.</summary>
    public bool LimitsEnabled { get; set; } = true;

    /// <summary>An upload that got nothing for so long is given up: <c>Files:UploadHours</c>.</summary>
    public TimeSpan UploadLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long a URL is valid that was handed out.</summary>
    public TimeSpan LinkLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>After so long a new key signs: <c>Files:KeyDays</c>.</summary>
    public TimeSpan KeyPeriod { get; set; } = TimeSpan.FromDays(7);

    /// <summary>What URLs begin with; null for what the client itself asked: <c>Gateway:PublicUrl</c>.</summary>
    public Uri? PublicUrl { get; set; }

    /// <summary>The folder behind <c>/assets</c>; null for none.</summary>
    public string? AssetsFolder { get; set; }

    /// <summary>The folder behind <c>/android</c>; null for none.</summary>
    public string? AndroidFolder { get; set; }

    /// <summary>The collector counts and removes nothing: <c>Files:CollectorDryRun</c>.</summary>
    public bool CollectorDryRun { get; set; }
}
