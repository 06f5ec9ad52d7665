namespace Messenger.EndToEnd.Tests.Harness;

/// <summary>A test that takes minutes: it runs where somebody set this variable, and else counts as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnRequestAttribute : FactAttribute
{
    public OnRequestAttribute(string variable)
    {
        Variable = variable;
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable)))
        {
            Skip = $"on request: set {variable}";
        }
    }

    public string Variable { get; }
}
