#!/usr/bin/env bash
# Compares the promoter with its peers in one run between two real registries; prints the tables and writes docs/benchmarks.md.
#   eng/bench.sh [REPORT [SCENARIO]]     SCENARIO: a part of a scenario's name, to run that one alone
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
report=${1:-docs/benchmarks.md}

eng/install-tools.sh --bench
eng/need.sh dotnet docker-registry skopeo nginx time

# Precompiled, trimmed and with its runtime, as the container image ships it. A folder of its own, emptied: publishing into the obj of another build can leave dependencies as IL.
rm -rf artifacts/bench
runtime=linux-$([ "$(uname -m)" = aarch64 ] && echo arm64 || echo x64)
for program in src/Promoter.Job:promoter tests/Promoter.Benchmarks.Empty:empty; do
  dotnet publish "${program%%:*}" -c Release -r "$runtime" --self-contained -p:PublishReadyToRun=true \
    -p:ArtifactsPath="$root/artifacts/bench" -p:PublishDir="$root/artifacts/bench/${program##*:}/" -p:RunAnalyzers=false -v quiet
done
dotnet build tests/Promoter.Benchmarks -c Release -p:RunAnalyzers=false -v quiet

mkdir -p "$(dirname "$report")"
dotnet artifacts/bin/Promoter.Benchmarks/release/Promoter.Benchmarks.dll artifacts/bench/promoter/promoter artifacts/bench/empty/Promoter.Benchmarks.Empty "$report" ${2:+"$2"}
echo "bench: written to $report"
