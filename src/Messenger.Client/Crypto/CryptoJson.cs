using System.Text.Json.Serialization;

namespace Messenger.Client.Crypto;

/// <summary>The JSON of what the client seals.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SealedLabel))]
[JsonSerializable(typeof(WrappedPrivateKey))]
[JsonSerializable(typeof(SealedFileName))]
[JsonSerializable(typeof(LinkBody))]
[JsonSerializable(typeof(LinkContent))]
internal sealed partial class CryptoJson : JsonSerializerContext;
