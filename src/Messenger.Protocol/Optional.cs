using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans;

namespace Messenger.Protocol;

/// <summary>A member of which it matters whether it was there: left out, what it names stays as it is; null clears it.</summary>
/// <param name="Given">Whether the member was there, be it null.</param>
[GenerateSerializer, Immutable]
public readonly record struct Optional<T>(bool Given, T? Value)
{
    /// <summary>What holds after it was applied.</summary>
    public T? Over(T? before) => Given ? Value : before;
}

/// <summary>Reads and writes an <see cref="Optional{T}"/>; its property is left out of the JSON where it is the default.</summary>
public abstract class OptionalConverter<T> : JsonConverter<Optional<T>>
{
    public override bool HandleNull => true;

    public override Optional<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(true, reader.TokenType == JsonTokenType.Null ? default : Read(ref reader));

    public override void Write(Utf8JsonWriter writer, Optional<T> value, JsonSerializerOptions options)
    {
        if (value.Value is { } given)
        {
            Write(writer, given);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    protected abstract T Read(ref Utf8JsonReader reader);

    protected abstract void Write(Utf8JsonWriter writer, T value);
}

/// <inheritdoc cref="OptionalConverter{T}"/>
public sealed class OptionalNumber : OptionalConverter<long?>
{
    protected override long? Read(ref Utf8JsonReader reader) => reader.GetInt64();

    protected override void Write(Utf8JsonWriter writer, long? value) => writer.WriteNumberValue(value.GetValueOrDefault());
}

/// <inheritdoc cref="OptionalConverter{T}"/>
public sealed class OptionalFlag : OptionalConverter<bool?>
{
    protected override bool? Read(ref Utf8JsonReader reader) => reader.GetBoolean();

    protected override void Write(Utf8JsonWriter writer, bool? value) => writer.WriteBooleanValue(value.GetValueOrDefault());
}

/// <inheritdoc cref="OptionalConverter{T}"/>
public sealed class OptionalText : OptionalConverter<string>
{
    protected override string Read(ref Utf8JsonReader reader) => reader.GetString()!;

    protected override void Write(Utf8JsonWriter writer, string value) => writer.WriteStringValue(value);
}
