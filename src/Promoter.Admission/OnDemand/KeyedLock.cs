namespace Promoter.Admission.OnDemand;

/// <summary>One holder per key at a time; keys that nobody wants take no memory.</summary>
internal sealed class KeyedLock
{
    private readonly Dictionary<string, (SemaphoreSlim Turn, int Users)> _turns = new(StringComparer.Ordinal);

    public async Task<IDisposable> EnterAsync(string key, CancellationToken cancellationToken)
    {
        SemaphoreSlim turn;
        lock (_turns)
        {
            var (present, users) = _turns.TryGetValue(key, out var found) ? found : (new SemaphoreSlim(1, 1), 0);
            _turns[key] = (present, users + 1);
            turn = present;
        }

        try
        {
            await turn.WaitAsync(cancellationToken);
        }
        catch
        {
            Leave(key);
            throw;
        }

        return new Holder(this, key, turn);
    }

    private void Leave(string key)
    {
        lock (_turns)
        {
            var (turn, users) = _turns[key];
            if (users > 1)
            {
                _turns[key] = (turn, users - 1);
                return;
            }

            _turns.Remove(key);
            turn.Dispose();
        }
    }

    private sealed class Holder(KeyedLock owner, string key, SemaphoreSlim turn) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 1) return;
            turn.Release();
            owner.Leave(key);
        }
    }
}
