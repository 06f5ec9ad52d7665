using System.Buffers;
using Messenger.Ports;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Hosting;
using Orleans.Serialization;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.Serializers;
using Orleans.Serialization.WireProtocol;

namespace Messenger.Contracts;

/// <summary>An exception on another silo that is no product's own and no outage's: a fault, with its stack as text.</summary>
[GenerateSerializer, Alias("RemoteFault")]
public sealed class RemoteFaultException : Exception
{
    public RemoteFaultException(string message)
        : base(message)
    {
    }

    public RemoteFaultException()
    {
    }

    public RemoteFaultException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>
/// Writes an exception of a library as one of the product's own, so that it crosses silos: out of a method, out of a failed activation, or
/// inside another exception.
/// </summary>
/// <remarks>
/// Without it Orleans has no codec for, say, an NpgsqlException, and the caller gets a CodecNotFoundException in place of what happened. It is
/// asked last: what Orleans or the product can write is written as it is. Nothing is paid by calls that do not fail.
/// </remarks>
internal sealed class ForeignExceptionCodec(IServiceProvider services) : IGeneralizedCodec
{
    /// <summary>Whose exceptions Orleans writes itself. (A generated codec, such as the product's own have, is found before this one is asked.)</summary>
    private static readonly string[] Known = ["System", "Microsoft", "Orleans"];

    /// <summary>Characters of a fault's text: its message and the top of its stack.</summary>
    private const int MaxText = 4096;

    // Not before they are needed: they come from the provider that has this one.
    private readonly Lazy<IFieldCodec<StoreUnavailableException>> _unavailable = new(() => services.GetRequiredService<ICodecProvider>().GetCodec<StoreUnavailableException>());
    private readonly Lazy<IFieldCodec<RemoteFaultException>> _fault = new(() => services.GetRequiredService<ICodecProvider>().GetCodec<RemoteFaultException>());

    public bool IsSupportedType(Type type) =>
        type.IsAssignableTo(typeof(Exception))
        && type.Namespace is { } space
        && !Known.Any(prefix => space.StartsWith(prefix, StringComparison.Ordinal));

    public void WriteField<TBufferWriter>(ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type? expectedType, object? value)
        where TBufferWriter : IBufferWriter<byte>
    {
        var foreign = (Exception)value!;
        if (TransientErrors.IsTransient(foreign))
        {
            _unavailable.Value.WriteField(ref writer, fieldIdDelta, expectedType!, new StoreUnavailableException($"{foreign.GetType().Name}: {foreign.Message}"));
        }
        else
        {
            var text = foreign.ToString();
            _fault.Value.WriteField(ref writer, fieldIdDelta, expectedType!, new RemoteFaultException(text.Length > MaxText ? text[..MaxText] : text));
        }
    }

    public object ReadValue<TInput>(ref Reader<TInput> reader, Field field) =>
        throw new NotSupportedException("a foreign exception is written as one of the product's own, and read as that");

}

/// <summary>For every silo.</summary>
public static class ForeignExceptions
{
    public static ISiloBuilder AddForeignExceptions(this ISiloBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        Add(builder.Services);
        return builder;
    }

    internal static void Add(IServiceCollection services) => services.AddSingleton<IGeneralizedCodec, ForeignExceptionCodec>();
}
