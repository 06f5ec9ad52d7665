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

        for (var index = 0; index < scripts.Count; index++)
        {
            if (scripts[index].Version != index + 1)
            {
                throw new InvalidOperationException($"{folder}: the steps must be numbered 1, 2, 3, …; {scripts[index].Name} is not");
            }
        }

        return scripts;
    }
}
