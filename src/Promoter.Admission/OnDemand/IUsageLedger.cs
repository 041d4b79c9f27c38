namespace Promoter.Admission.OnDemand;

/// <summary>What other replicas have brought for a namespace. With Kubernetes they tell each other; a process that is alone has nobody to ask.</summary>
internal interface IUsageLedger
{
    /// <summary>Copies of the last hour and those under way, as far as this replica has heard of them.</summary>
    /// <param name="isOurs">Whether this replica counts the copy of a target reference itself.</param>
    Usage UsedByOthers(string ns, Func<string, bool> isOurs);

    /// <summary>Tells the others of a copy that was made. Returns at once.</summary>
    void Record(string ns, long bytes);
}

/// <param name="Running">Copies under way, which count among the images as well.</param>
internal readonly record struct Usage(int Running, int Images, long Bytes);

/// <summary>Where there are no others.</summary>
internal sealed class NoUsageLedger : IUsageLedger
{
    public Usage UsedByOthers(string ns, Func<string, bool> isOurs) => default;

    public void Record(string ns, long bytes)
    {
        // Nobody would read it.
    }
}
