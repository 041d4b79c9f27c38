#!/usr/bin/env bash
# Compares the promoter with its peers in one run between two real registries; prints the tables and writes docs/benchmarks.md.
#   eng/bench.sh [REPORT]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
report=${1:-docs/benchmarks.md}

eng/install-tools.sh --bench
eng/need.sh dotnet docker-registry skopeo time

# Precompiled, as the container image ships it. A folder of its own: publishing into the obj of another build can leave dependencies as IL.
rm -rf artifacts/bench
dotnet publish src/Promoter.Job -c Release -r linux-"$([ "$(uname -m)" = aarch64 ] && echo arm64 || echo x64)" --self-contained false \
  -p:PublishReadyToRun=true -p:ArtifactsPath="$root/artifacts/bench" -p:PublishDir="$root/artifacts/bench/promoter/" -p:RunAnalyzers=false -v quiet
dotnet build tests/Promoter.Benchmarks -c Release -v quiet

DOTNET_ROOT=$(dirname "$(readlink -f "$(command -v dotnet)")")
export DOTNET_ROOT
mkdir -p "$(dirname "$report")"
dotnet artifacts/bin/Promoter.Benchmarks/release/Promoter.Benchmarks.dll artifacts/bench/promoter/promoter "$report"
echo "bench: written to $report"
