using System.Collections;
using System.Runtime.CompilerServices;

namespace Messenger.Conformance.Rules;

/// <summary>The server did something else than a rule says; the message is for whoever mends it.</summary>
public sealed class BrokenRuleException(string message) : Exception(message);

/// <summary>A rule could not be tried on this server; the message says why.</summary>
public sealed class NotTriedException(string message) : Exception(message);

/// <summary>What a check expects. A disappointment names the expression that was looked at.</summary>
internal static class Expect
{
    /// <summary>Of a value in a message: a page of history in it would help nobody.</summary>
    private const int Shown = 400;

    public static void True(bool so, string? message = null, [CallerArgumentExpression(nameof(so))] string? what = null)
    {
        if (!so)
        {
            throw new BrokenRuleException(message ?? $"it is not so: {what}");
        }
    }

    public static void False(bool so, string? message = null, [CallerArgumentExpression(nameof(so))] string? what = null) =>
        True(!so, message ?? $"it should not be so: {what}");

    public static void Equal<T>(T expected, T actual, [CallerArgumentExpression(nameof(actual))] string? what = null) =>
        True(Same(expected, actual), $"{what} is {Show(actual)}, expected {Show(expected)}");

    public static void Equal<T>(IEnumerable<T> expected, IEnumerable<T> actual, [CallerArgumentExpression(nameof(actual))] string? what = null)
    {
        var (one, other) = (expected.ToList(), actual.ToList());
        True(one.SequenceEqual(other), $"{what} is {Show(other)}, expected {Show(one)}");
    }

    public static void NotEqual<T>(T unexpected, T actual, [CallerArgumentExpression(nameof(actual))] string? what = null) =>
        False(Same(unexpected, actual), $"{what} is {Show(actual)}");

    public static void Null(object? value, [CallerArgumentExpression(nameof(value))] string? what = null) =>
        True(value is null, $"{what} is {Show(value)}, expected nothing");

    public static void Empty(IEnumerable items, [CallerArgumentExpression(nameof(items))] string? what = null) =>
        True(!items.Cast<object?>().Any(), $"{what} is {Show(items)}, expected none");

    public static T Single<T>(IEnumerable<T> items, Func<T, bool>? matches = null, [CallerArgumentExpression(nameof(items))] string? what = null)
    {
        var all = items.ToList();
        var found = all.Where(matches ?? (_ => true)).ToList();
        True(found.Count == 1, $"{found.Count} instead of one in {what}: {Show(all)}");
        return found[0];
    }

    public static void Contains<T>(T item, IEnumerable<T> items, [CallerArgumentExpression(nameof(items))] string? what = null)
    {
        var all = items.ToList();
        True(all.Contains(item), $"{Show(item)} is missing in {what}: {Show(all)}");
    }

    public static void Contains<T>(IEnumerable<T> items, Func<T, bool> matches, [CallerArgumentExpression(nameof(matches))] string? what = null)
    {
        var all = items.ToList();
        True(all.Any(matches), $"none is {what} in {Show(all)}");
    }

    public static void DoesNotContain<T>(T item, IEnumerable<T> items, [CallerArgumentExpression(nameof(items))] string? what = null) =>
        False(items.Contains(item), $"{Show(item)} should not be in {what}");

    public static void DoesNotContain<T>(IEnumerable<T> items, Func<T, bool> matches, [CallerArgumentExpression(nameof(matches))] string? what = null) =>
        False(items.Any(matches), $"there is one that is {what}");

    public static void All<T>(IEnumerable<T> items, Action<T> expect)
    {
        foreach (var item in items)
        {
            expect(item);
        }
    }

    public static void InRange<T>(T actual, T low, T high, [CallerArgumentExpression(nameof(actual))] string? what = null)
        where T : IComparable<T> =>
        True(actual.CompareTo(low) >= 0 && actual.CompareTo(high) <= 0, $"{what} is {actual}, expected {low} to {high}");

    private static bool Same<T>(T one, T other) =>
        one is IEnumerable left and not string && other is IEnumerable right and not string
            ? left.Cast<object?>().SequenceEqual(right.Cast<object?>())
            : EqualityComparer<T>.Default.Equals(one, other);

    private static string Show(object? value)
    {
        var text = value switch
        {
            null => "null",
            string said => $"'{said}'",
            IEnumerable many => $"[{string.Join(", ", many.Cast<object?>().Select(Show))}]",
            _ => value.ToString() ?? string.Empty,
        };
        return text.Length <= Shown ? text : text[..Shown] + "...";
    }
}
