using System.Text.Json.Serialization;

namespace Messenger.Client.Profiles;

/// <summary>The JSON of a profile on disk.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProfileData))]
[JsonSerializable(typeof(Progress))]
internal sealed partial class ProfileJson : JsonSerializerContext;
