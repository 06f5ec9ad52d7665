using System.Text.Json.Serialization;
using Messenger.Client.Crypto;
using Messenger.Client.Profiles;

namespace Messenger.Client;

/// <summary>The JSON of what the client keeps and seals.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SealedLabel))]
[JsonSerializable(typeof(ProfileData))]
[JsonSerializable(typeof(Progress))]
internal sealed partial class ClientJson : JsonSerializerContext;
