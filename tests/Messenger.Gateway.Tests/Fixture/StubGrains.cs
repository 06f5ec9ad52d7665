using System.Collections.Concurrent;
using System.Reflection;
using Messenger.Contracts;
using Messenger.Protocol;
using Orleans;
using Orleans.Runtime;

namespace Messenger.Gateway.Tests.Fixture;

/// <summary>Grains that answer what a test says, and ok otherwise. Records every call.</summary>
public sealed class StubGrains
{
    private readonly ConcurrentDictionary<string, Func<StubCall, object?>> _answers = new();
    private readonly ConcurrentQueue<StubCall> _calls = new();

    public StubGrains()
    {
        Factory = DispatchProxy.Create<IGrainFactory, FactoryProxy>();
        ((FactoryProxy)Factory).Grains = this;
        On(nameof(IUserGrain.Authenticate), call => Task.FromResult<Result<Caller>>(new Caller(call.Key, ApplicationNames.Of((string)call.Args[0]!))));
        On(nameof(IDeviceGrain.Connect), _ => Task.FromResult(new Connected(7, 0, [], false, Silo)));
    }

    public static SiloAddress Silo { get; } = SiloAddress.FromParsableString("127.0.0.1:11111@1");

    public IGrainFactory Factory { get; }

    public void On<T>(string method, Func<StubCall, T> answer) => _answers[method] = call => answer(call);

    public StubCall[] Calls(string method) => [.. _calls.Where(call => call.Method == method)];

    internal object? Invoke(StubCall call, Type returns)
    {
        _calls.Enqueue(call);
        if (_answers.TryGetValue(call.Method, out var answer))
        {
            return answer(call);
        }

        if (returns == typeof(Task))
        {
            return Task.CompletedTask;
        }

        var result = returns.GetGenericArguments()[0];
        object? value = result.IsArray
            ? Array.CreateInstance(result.GetElementType()!, ((Array)call.Args[1]!.GetType().GetField("Value")!.GetValue(call.Args[1])!).Length)
            : Activator.CreateInstance(result);
        return typeof(Task).GetMethod(nameof(Task.FromResult))!.MakeGenericMethod(result).Invoke(null, [value]);
    }

    public class FactoryProxy : DispatchProxy
    {
        internal StubGrains Grains { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var type = targetMethod!.GetGenericArguments()[0];
            var grain = (GrainProxy)typeof(DispatchProxy).GetMethods()
                .First(method => method.Name == nameof(DispatchProxy.Create) && method.IsGenericMethod)
                .MakeGenericMethod(type, typeof(GrainProxy)).Invoke(null, null)!;
            (grain.Grains, grain.Key) = (Grains, args![0]!.ToString()!);
            return grain;
        }
    }

    public class GrainProxy : DispatchProxy
    {
        internal StubGrains Grains { get; set; } = null!;

        internal string Key { get; set; } = "";

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            Grains.Invoke(new StubCall(targetMethod!.Name, Key, args ?? []), targetMethod.ReturnType);
    }
}

public sealed record StubCall(string Method, string Key, object?[] Args);
