using System.Globalization;

namespace Messenger.Providers.Schema;

/// <summary>One forward step of a schema: an embedded file such as <c>0002_indexes.sql</c>.</summary>
internal sealed record Script(int Version, string Name, string Sql)
{
    private const string Mark = "-- Changes data: ";

    /// <summary>What it does to rows that are there, as its own comment says; null for one that changes tables alone.</summary>
    public string? Changes => Sql.Split('\n').FirstOrDefault(line => line.StartsWith(Mark, StringComparison.Ordinal))?[Mark.Length..].Trim();

    /// <summary>The steps of one folder, ascending.</summary>
    public static IReadOnlyList<Script> In(string folder)
    {
        var assembly = typeof(Script).Assembly;
        var scripts = assembly.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(folder + "/", StringComparison.Ordinal))
            .Select(resource =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                var name = Path.GetFileNameWithoutExtension(resource);
                return new Script(int.Parse(name.Split('_')[0], CultureInfo.InvariantCulture), name, reader.ReadToEnd());
            })
            .OrderBy(script => script.Version)
            .ToList();

        // Numbers may leave gaps, so that steps which are written at the same time do not meet.
        return scripts.DistinctBy(script => script.Version).Count() == scripts.Count
            ? scripts
            : throw new InvalidOperationException($"{folder}: two steps have the same number");
    }
}
