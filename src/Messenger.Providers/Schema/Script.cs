using System.Globalization;

namespace Messenger.Providers.Schema;

/// <summary>One forward step of a schema: an embedded file such as <c>0002_indexes.sql</c>.</summary>
internal sealed record Script(int Version, string Name, string Sql)
{
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
