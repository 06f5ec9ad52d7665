using System.Globalization;
using System.Text;

namespace Messenger.Bench.Sweeps;

/// <summary>Sweeps as pictures that a page shows: a line per target, what was varied across on a logarithmic scale.</summary>
internal static class Pictures
{
    private const int Width = 640;
    private const int Height = 360;
    private const int Left = 70;
    private const int Right = 130;
    private const int Top = 40;
    private const int Bottom = 50;
    private const int Ticks = 4;

    /// <summary>Told apart by those who see few colours too.</summary>
    private static readonly string[] Colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999"];

    /// <summary>One picture for the rate and one for the cost, per sweep.</summary>
    public static void Draw(IEnumerable<SweepRow> rows, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var sweep in rows.GroupBy(row => row.Sweep))
        {
            Write(sweep, "rate", "operations a second", row => row.PerSecond);
            Write(sweep, "cpu", "CPU-s per 1 000 operations", row => row.CpuPerThousand);
        }

        void Write(IGrouping<string, SweepRow> sweep, string kind, string title, Func<SweepRow, double?> y) =>
            File.WriteAllText(Path.Combine(folder, $"sweep-{sweep.Key}-{kind}.svg"), Picture([.. sweep], title, y));
    }

    private static string Picture(IReadOnlyList<SweepRow> rows, string title, Func<SweepRow, double?> y)
    {
        var (least, most) = (rows.Min(row => row.X), rows.Max(row => row.X));
        var top = Round(rows.Max(row => y(row) ?? 0));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#ffffff\"/>\n");
        Text(Left, 22, "start", $"{title}, by {Of(rows[0].Sweep)}");
        for (var i = 0; i <= Ticks; i++)
        {
            var value = top * i / Ticks;
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(value):0.#}\" y2=\"{Y(value):0.#}\" stroke=\"#dddddd\"/>\n");
            Text(Left - 8, Y(value) + 4, "end", value.ToString("#,0.####", CultureInfo.InvariantCulture).Replace(',', ' '));
        }

        foreach (var x in rows.Select(row => row.X).Distinct())
        {
            Text(X(x), Height - Bottom + 20, "middle", x.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' '));
        }

        foreach (var (number, line) in rows.GroupBy(row => row.Target).Index())
        {
            var colour = Colours[number % Colours.Length];
            var points = line.Where(row => y(row) is not null).OrderBy(row => row.X).Select(row => (X: X(row.X), Y: Y(y(row)!.Value))).ToList();
            var path = string.Join(' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.X:0.#},{point.Y:0.#}")));
            svg.Append(CultureInfo.InvariantCulture, $"<polyline points=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\n");
            points.ForEach(point => svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{point.X:0.#}\" cy=\"{point.Y:0.#}\" r=\"3\" fill=\"{colour}\"/>\n"));
            var legend = Top + (number * 20);
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Width - Right + 14}\" y=\"{legend}\" width=\"12\" height=\"12\" fill=\"{colour}\"/>\n");
            Text(Width - Right + 32, legend + 11, "start", line.Key);
        }

        return svg.Append("</svg>\n").ToString();

        double X(int x) => most == least
            ? Left
            : Left + ((Math.Log(x) - Math.Log(least)) / (Math.Log(most) - Math.Log(least)) * (Width - Left - Right));

        double Y(double value) => Height - Bottom - (value / top * (Height - Top - Bottom));

        void Text(double x, double at, string anchor, string text) =>
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.#}\" y=\"{at:0.#}\" text-anchor=\"{anchor}\">{text}</text>\n");
    }

    private static string Of(string sweep) => sweep switch { "group" => "members of a group", "history" => "messages of the conversation", _ => sweep };

    /// <summary>Up to the next 1, 2, 4 or 8 of its power of ten: the ticks are round then.</summary>
    private static double Round(double most)
    {
        if (most <= 0)
        {
            return 1;
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(most)));
        return ((double[])[1, 2, 4, 8, 10]).First(step => step * power >= most * .9999) * power;
    }
}
