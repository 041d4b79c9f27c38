using System.Text;
using Promoter.Yaml;

namespace Promoter.Promotion.Configuration;

/// <summary>Reads the configuration file, with the environment as a layer over it.</summary>
public static class PromotionConfigFile
{
    /// <summary>Prefix of the variables that override the section <c>transfer</c>.</summary>
    public const string TransferVariables = "PROMOTER_TRANSFER";

    /// <summary>Prefix of the variables that override the section <c>report</c>.</summary>
    public const string ReportVariables = "PROMOTER_REPORT";

    /// <summary>Prefix of the variables that override the section <c>notifications</c>.</summary>
    public const string NotificationVariables = "PROMOTER_NOTIFICATIONS";

    private const string Empty = $"the configuration is empty: it starts with apiVersion: {PromotionConfig.ApiVersion}";
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ConfigException">The file cannot be read, or something in it is wrong; carries all that is wrong.</exception>
    public static PromotionConfig Load(string path, ConfigEnvironment environment)
    {
        string text;
        try
        {
            using var reader = new StreamReader(path, StrictUtf8, detectEncodingFromByteOrderMarks: true);
            text = reader.ReadToEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new ConfigException(new ConfigProblem(path, null, $"cannot read the configuration: {e.Message}"), e);
        }

        return Read(path, text, environment, Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>What holds without a file: the defaults and the environment.</summary>
    /// <exception cref="ConfigException">A variable has an impossible value.</exception>
    public static PromotionConfig Default(ConfigEnvironment environment)
    {
        var problems = new ConfigProblems("the environment", Environment.CurrentDirectory);
        var config = Override(new PromotionConfig(), environment, problems);
        problems.ThrowIfAny();
        return config;
    }

    /// <param name="file">What messages call the text.</param>
    /// <param name="directory">What relative paths start from.</param>
    /// <exception cref="ConfigException">Something is wrong with it; carries all that is wrong.</exception>
    public static PromotionConfig Read(string file, string text, ConfigEnvironment environment, string directory)
    {
        var problems = new ConfigProblems(file, directory);
        var config = new PromotionConfig();
        try
        {
            var documents = YamlReader.Read(file, text).Where(d => d.Root is not null || d.Problems.Count > 0).ToList();
            foreach (var problem in documents.SelectMany(d => d.Problems)) problems.Add(problem.Position, problem.Message);
            if (documents.Count > 1) problems.Add(documents[1].Root!.Position, "a second document starts here: the configuration is one document");
            if (documents.FirstOrDefault()?.Root is not { } root) problems.Add(new Position(1, 1), Empty);
            else if (PromotionConfig.Shape.TryRead(root, problems, out var read)) config = read;
        }
        catch (YamlFormatException e)
        {
            problems.Add(e.Position, e.Problem);
        }

        config = Override(config, environment, problems);
        problems.ThrowIfAny();
        return config;
    }

    private static PromotionConfig Override(PromotionConfig config, ConfigEnvironment environment, ConfigProblems problems) => config with
    {
        Transfer = TransferConfig.Shape.Override(config.Transfer, environment, TransferVariables, problems),
        Report = ReportConfig.Shape.Override(config.Report, environment, ReportVariables, problems),
        Notifications = NotificationConfig.Shape.Override(config.Notifications, environment, NotificationVariables, problems),
    };
}
