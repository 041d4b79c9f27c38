namespace Promoter.Promotion.Configuration;

/// <summary>Who creates a repository that is missing at the target.</summary>
public enum RepositoryCreation
{
    /// <summary>Nobody: it is an error.</summary>
    Never,

    /// <summary>Promoter, before the first push.</summary>
    IfMissing,

    /// <summary>ECR, on the first push, from the account's creation template.</summary>
    RelyOnTemplate,
}
