using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Promoter.Admission.Configuration;
using Promoter.Admission.Decisions;
using Promoter.Admission.Reviews;
using Promoter.Admission.Tests.Support;
using Promoter.FakeApiServer;

namespace Promoter.Admission.Tests.Reviews;

public sealed class ReviewFuzzTests
{
    private const int Mutations = 100_000;

    /// <summary>Each so-many-th mutation also goes through the server: what is refused is refused by a 4xx there, never by a 5xx.</summary>
    private const int OverTheWire = 25;
    private const int Seed = 20_260_101;

    [Fact]
    public async Task A_hundred_thousand_damaged_reviews_are_refused_or_answered_well_and_memory_stays()
    {
        await using var webhook = await Webhook.StartAsync(new AdmissionConfig { Pin = true });
        var admission = webhook.Services.GetRequiredService<PodAdmission>();
        var recorded = Fixture.Names.Select(row => Fixture.Bytes(row.Data)).ToArray();
        var random = new Random(Seed);
        var (answered, refused) = (0, 0);
        var before = 0L;

        for (var i = 0; i < Mutations; i++)
        {
            var body = Damage(recorded[random.Next(recorded.Length)], random);
            try
            {
                if (await AnswerAsync(admission, body)) answered++;
                else refused++;
                if (i % OverTheWire == 0) await PostAsync(webhook, body);
            }
            catch (Exception e)
            {
                Assert.Fail($"mutation {i} of seed {Seed} broke the webhook: {e}\n{Encoding.UTF8.GetString(body)}");
            }

            if (i == Mutations / 5) before = GC.GetTotalMemory(forceFullCollection: true);
        }

        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(answered > Mutations / 20, $"only {answered} mutations were still reviews: the fuzzer does not reach the decisions");
        Assert.True(refused > Mutations / 20, $"only {refused} mutations were refused: the fuzzer does not damage enough");
        Assert.True(grown < 64 << 20, $"memory grew by {grown} bytes over {Mutations} reviews");
    }

    private static async Task PostAsync(Webhook webhook, byte[] body)
    {
        using var answer = await webhook.PostAsync(body);
        var text = await answer.Content.ReadAsStringAsync();
        if (answer.IsSuccessStatusCode) ReviewAnswer.Read(text);
        else Assert.True((int)answer.StatusCode is >= 400 and < 500 && text.Length > 0, $"{(int)answer.StatusCode}: {text}");
    }

    private static async Task<bool> AnswerAsync(PodAdmission admission, byte[] body)
    {
        if (!AdmissionReview.TryRead(body, out var review, out var problem))
        {
            Assert.NotEmpty(problem);
            return false;
        }

        using (review)
        {
            var answer = await admission.ReviewAsync(review.Request, TimeSpan.FromSeconds(10), CancellationToken.None);
            var output = new System.Buffers.ArrayBufferWriter<byte>();
            AnswerWriter.Write(output, review.Request.Uid, answer);
            var text = Encoding.UTF8.GetString(output.WrittenSpan);
            var checkedAnswer = ReviewAnswer.Read(text);
            if (checkedAnswer.Patch.Count > 0) JsonPatchDocument.Apply(JsonNode.Parse(review.Request.Object.GetRawText())!, checkedAnswer.Patch);
            return true;
        }
    }

    private static byte[] Damage(byte[] original, Random random) => random.Next(4) switch
    {
        0 => DamageBytes(original, random),
        1 => original[..random.Next(original.Length)],
        _ => DamageTree(original, random),
    };

    private static byte[] DamageBytes(byte[] original, Random random)
    {
        var damaged = (byte[])original.Clone();
        for (var n = random.Next(1, 8); n > 0; n--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
        return damaged;
    }

    // Valid JSON with something else somewhere: that is what reaches the decisions.
    private static byte[] DamageTree(byte[] original, Random random)
    {
        var root = JsonNode.Parse(original)!;
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            var nodes = new List<JsonNode>();
            Collect(root, nodes);
            var victim = nodes[random.Next(nodes.Count)];
            if (victim.Parent is JsonObject parent)
            {
                var name = victim.GetPropertyName();
                if (random.Next(4) == 0) parent.Remove(name);
                else parent[name] = Anything(random);
            }
            else if (victim.Parent is JsonArray items)
            {
                var index = victim.GetElementIndex();
                var what = random.Next(4);
                if (what == 0) items.RemoveAt(index);
                else if (what == 1) items.Add(items[index]!.DeepClone());
                else items[index] = Anything(random);
            }
        }

        return JsonSerializer.SerializeToUtf8Bytes(root);
    }

    private static void Collect(JsonNode? node, List<JsonNode> nodes)
    {
        if (node is null) return;
        nodes.Add(node);
        if (node is JsonObject members)
        {
            foreach (var (_, member) in members) Collect(member, nodes);
        }
        else if (node is JsonArray items)
        {
            foreach (var item in items) Collect(item, nodes);
        }
    }

    private static JsonNode? Anything(Random random) => random.Next(14) switch
    {
        0 => null,
        1 => JsonValue.Create(true),
        2 => JsonValue.Create(-1.5e300),
        3 => new JsonArray(),
        4 => new JsonObject(),
        5 => JsonValue.Create(""),
        6 => JsonValue.Create(new string('a', 5000)),
        7 => JsonValue.Create($"{Rules.SourceHost}/shop/web:{random.Next(50)}"),
        8 => JsonValue.Create($"{Rules.TargetHost}/shop/web:{random.Next(50)}@sha256:{new string('0', 64)}"),
        9 => JsonValue.Create("registry/UPPER:tag@sha256:xyz"),
        10 => new JsonArray("x", 1, null, new JsonObject { ["image"] = 7 }),
        11 => new JsonObject { ["name"] = new JsonObject(), ["image"] = $"{Rules.SourceHost}/shop/a:1" },
        12 => JsonValue.Create("promoter.dev/image-pending"),
        _ => JsonValue.Create("{\"containers/c0\":\"\\u0000\",\"containers/c0\":[]}"),
    };
}
