namespace Messenger.Cli.Torture;

/// <summary>A message that an agent was told to send.</summary>
/// <param name="Number">Of its author, in the order in which it was told to.</param>
/// <param name="IsAccepted">The agent said yes; false: it was killed or cut before it could answer, and either may be.</param>
internal sealed record Sent(string Author, string Conversation, int Number, string Text, bool IsAccepted);

/// <summary>What one agent shows of one conversation at the end, in its order.</summary>
internal sealed record Shown(string Agent, string Conversation, IReadOnlyList<ShownMessage> Messages);

/// <param name="State"><c>sending</c>, <c>sent</c> or <c>failed</c>.</param>
internal sealed record ShownMessage(string Text, string State);

/// <summary>A rule of docs/clients.md that the histories break.</summary>
internal sealed record Violation(string Rule, string Agent, string What)
{
    public override string ToString() => $"[{Rule}] {Agent}: {What}";
}

/// <summary>Proves rules of docs/clients.md from the histories of all agents together. Pure.</summary>
internal static class Checker
{
    /// <param name="sawSecret">A plaintext was seen between an agent and the server.</param>
    public static IReadOnlyList<Violation> Check(IReadOnlyCollection<Sent> sent, IReadOnlyCollection<Shown> shown, bool sawSecret)
    {
        List<Violation> found = [];
        foreach (var conversation in shown.GroupBy(one => one.Conversation))
        {
            var written = sent.Where(one => one.Conversation == conversation.Key).ToList();
            foreach (var view in conversation)
            {
                found.AddRange(Messages(view, written, Failed(conversation)));
                found.AddRange(Order(view, written));
            }

            found.AddRange(Agreement([.. conversation]));
        }

        if (sawSecret)
        {
            found.Add(new Violation("CL-40", "somebody", "a plaintext was seen on its way to an agent"));
        }

        return found;
    }

    /// <summary>Exactly once or reported as failed; nothing that nobody wrote; nothing that still waits.</summary>
    private static IEnumerable<Violation> Messages(Shown view, List<Sent> written, HashSet<string> reported)
    {
        var there = view.Messages.ToLookup(one => one.Text);
        foreach (var one in written)
        {
            var copies = there[one.Text].ToList();
            var failed = copies.Count(copy => copy.State == "failed");
            if (copies.Count > 1)
            {
                yield return new Violation("CL-23", view.Agent, $"shows {copies.Count} times what {one.Author} wrote once: {one.Text}");
            }

            if (copies.Count == 0 && one.IsAccepted && !reported.Contains(one.Text))
            {
                yield return new Violation("CL-10", view.Agent, $"does not show what {one.Author} accepted: {one.Text}");
            }

            if (failed > 0 && one.Author != view.Agent)
            {
                yield return new Violation("CL-15", view.Agent, $"shows as failed what {one.Author} wrote: {one.Text}");
            }
        }

        foreach (var stuck in view.Messages.Where(one => one.State == "sending"))
        {
            yield return new Violation("CL-13", view.Agent, $"still waits, although it said that it is settled: {stuck.Text}");
        }

        var known = written.Select(one => one.Text).ToHashSet();
        foreach (var foreign in view.Messages.Where(one => !known.Contains(one.Text)))
        {
            yield return new Violation("CL-22", view.Agent, $"shows what nobody wrote, or what it cannot read: {foreign.Text}");
        }
    }

    /// <summary>What some agent reports as failed: nobody else need show it.</summary>
    private static HashSet<string> Failed(IEnumerable<Shown> views) =>
        [.. views.SelectMany(view => view.Messages).Where(one => one.State == "failed").Select(one => one.Text)];

    /// <summary>What one author wrote stands in the order in which it was accepted.</summary>
    private static IEnumerable<Violation> Order(Shown view, List<Sent> written)
    {
        var sentBy = written.ToDictionary(one => one.Text);
        foreach (var author in view.Messages.Where(one => sentBy.ContainsKey(one.Text)).Select(one => sentBy[one.Text]).GroupBy(one => one.Author))
        {
            foreach (var (before, after) in author.Zip(author.Skip(1)).Where(pair => pair.First.Number > pair.Second.Number))
            {
                yield return new Violation("CL-12", view.Agent, $"shows {after.Text} after {before.Text}, which was written later");
            }
        }
    }

    /// <summary>All members show one sequence.</summary>
    private static IEnumerable<Violation> Agreement(IReadOnlyList<Shown> views)
    {
        static string[] Sequence(Shown view) => [.. view.Messages.Where(one => one.State == "sent").Select(one => one.Text)];
        var first = Sequence(views[0]);
        foreach (var other in views.Skip(1))
        {
            var theirs = Sequence(other);
            if (!first.SequenceEqual(theirs))
            {
                var at = first.Zip(theirs).TakeWhile(pair => pair.First == pair.Second).Count();
                yield return new Violation(
                    "CL-23", other.Agent, $"differs from {views[0].Agent} at message {at + 1} of {first.Length} and {theirs.Length}: {theirs.ElementAtOrDefault(at)} and not {first.ElementAtOrDefault(at)}");
            }
        }
    }
}
