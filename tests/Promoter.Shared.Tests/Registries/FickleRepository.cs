using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Tests.Registries;

/// <summary>A source behind a balancer, one of whose servers knows no ranges.</summary>
internal sealed class FickleRepository(IRepository inner, Func<bool> servesRange) : RepositoryDecorator(inner)
{
    public override async Task<Stream?> OpenBlobRangeAsync(Descriptor blob, long offset, long end, CancellationToken cancellationToken) =>
        servesRange() ? await base.OpenBlobRangeAsync(blob, offset, end, cancellationToken) : null;
}
