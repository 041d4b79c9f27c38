namespace Promoter.Promotion.Configuration;

/// <summary>The form in which a value is written.</summary>
public enum ConfigForm
{
    Scalar,
    List,
    Map,
}
