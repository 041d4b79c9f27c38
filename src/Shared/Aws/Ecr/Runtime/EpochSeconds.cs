using System.Text.Json;
using System.Text.Json.Serialization;

namespace Promoter.Aws.Ecr.Runtime;

/// <summary>Times in the JSON 1.1 protocol are numbers: seconds since 1970 with a fraction.</summary>
internal sealed class EpochSeconds : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DateTimeOffset.UnixEpoch.AddTicks((long)(reader.GetDecimal() * TimeSpan.TicksPerSecond));

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteNumberValue((decimal)(value - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerSecond);
}
