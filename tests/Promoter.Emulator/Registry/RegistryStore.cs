namespace Promoter.Emulator.Registry;

/// <summary>All repositories of one registry. Every access goes through <see cref="Access{T}"/>.</summary>
internal sealed class RegistryStore(string account, RegistryBehaviour behaviour, RegistryWording wording, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, StoredRepository> _repositories = new(StringComparer.Ordinal);

    public string Account => account;

    public RegistryBehaviour Behaviour => behaviour;

    public RegistryWording Wording => wording;

    public TimeProvider Clock => clock;

    public EcrRegistrySettings Settings { get; } = new();

    public T Access<T>(Func<SortedDictionary<string, StoredRepository>, T> use)
    {
        lock (_lock) return use(_repositories);
    }

    /// <summary>Reads or changes one repository.</summary>
    /// <exception cref="RegistryErrorException">NAME_UNKNOWN.</exception>
    public T In<T>(string repository, Func<StoredRepository, T> use) => Access(_ => use(Find(repository) ?? throw wording.RepositoryUnknown(repository)));

    public void In(string repository, Action<StoredRepository> use) => In(repository, r =>
    {
        use(r);
        return true;
    });

    /// <summary>For requests to the registry endpoint: a repository that CreateRepository has just made may not be known there yet.</summary>
    public void RequireVisible(string repository) => Access(all =>
    {
        if (all.GetValueOrDefault(repository) is { HiddenFor: > 0 } r)
        {
            r.HiddenFor--;
            throw wording.RepositoryUnknown(repository);
        }

        return true;
    });

    /// <summary>As <see cref="In{T}"/>, for requests that push: they create the repository where the registry does that.</summary>
    public T InPushed<T>(string repository, Func<StoredRepository, T> use) => Access(_ =>
    {
        if (Find(repository) is { } there) return use(there);
        if (behaviour.CreatesRepositoriesOnPush) return use(Create(repository, new EcrRepositorySettings()));
        var template = Settings.Templates.Where(t => t.AppliedFor.Contains("CREATE_ON_PUSH") && t.Fits(repository)).MaxBy(t => t.Prefix == "ROOT" ? 0 : t.Prefix.Length);
        return use(template is null ? throw wording.RepositoryUnknown(repository) : Create(repository, template.ToSettings()));
    });

    public StoredRepository GetOrCreate(string repository, EcrRepositorySettings? settings = null) =>
        Access(_ => Find(repository) ?? Create(repository, settings ?? new EcrRepositorySettings()));

    /// <summary>The repository if it exists, else null. Inside <see cref="Access{T}"/> only.</summary>
    private StoredRepository? Find(string repository) => _repositories.GetValueOrDefault(repository);

    private StoredRepository Create(string repository, EcrRepositorySettings settings)
    {
        var created = new StoredRepository(repository) { CreatedAt = clock.GetUtcNow(), Settings = settings };
        _repositories.Add(repository, created);
        return created;
    }
}
