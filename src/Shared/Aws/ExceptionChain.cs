namespace Promoter.Aws;

internal static class ExceptionChain
{
    /// <summary>The first exception of this type among the exception and its causes: the SDK wraps what providers throw.</summary>
    public static T? Find<T>(this Exception? exception)
        where T : Exception
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            if (current is T found) return found;
        }

        return null;
    }
}
