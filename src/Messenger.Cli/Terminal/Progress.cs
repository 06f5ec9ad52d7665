using Spectre.Console;

namespace Messenger.Cli.Terminal;

/// <summary>A progress bar on the error output, where somebody looks on; nothing where nobody does.</summary>
internal static class Progress
{
    /// <summary>So long does a name beside the bar get.</summary>
    private const int Shown = 60;

    /// <param name="steps">How many there will be.</param>
    public static async Task<T> Run<T>(string name, int steps, Func<Step, Task<T>> work)
    {
        if (Console.IsErrorRedirected)
        {
            return await work(new Step(null, null));
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress().AutoClear(true)
            .Columns(new SpinnerColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(context => work(new Step(context.AddTask(name, maxValue: Math.Max(1, steps)), console)));
    }

    /// <summary>Where the work is.</summary>
    internal sealed class Step(ProgressTask? task, IAnsiConsole? console)
    {
        public void Done(string what)
        {
            task?.Description(Markup.Escape(what.Length <= Shown ? what : what[..Shown]));
            task?.Increment(1);
        }

        /// <summary>Something that one should know while one waits.</summary>
        public void Say(string sentence)
        {
            if (console is null)
            {
                Console.Error.WriteLine(sentence);
            }
            else
            {
                console.MarkupLineInterpolated($"[yellow]{sentence}[/]");
            }
        }
    }
}
