#!/usr/bin/env bash
# Loads the webhook over TLS beside an empty endpoint in one run; prints the tables and writes docs/benchmarks-webhook.md.
#   eng/bench-webhook.sh [REPORT]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
report=${1:-docs/benchmarks-webhook.md}

eng/install-tools.sh --bench
eng/need.sh dotnet wrk hey

# Precompiled, as the container image ships it. A folder of its own: publishing into the obj of another build can leave dependencies as IL.
rm -rf artifacts/bench-webhook
dotnet publish src/Promoter.Admission -c Release -r linux-"$([ "$(uname -m)" = aarch64 ] && echo arm64 || echo x64)" --self-contained false \
  -p:PublishReadyToRun=true -p:ArtifactsPath="$root/artifacts/bench-webhook" -p:PublishDir="$root/artifacts/bench-webhook/promoter-admission/" -p:RunAnalyzers=false -v quiet
dotnet build tests/Promoter.Benchmarks -c Release -v quiet

DOTNET_ROOT=$(dirname "$(readlink -f "$(command -v dotnet)")")
export DOTNET_ROOT
mkdir -p "$(dirname "$report")"
dotnet artifacts/bin/Promoter.Benchmarks/release/Promoter.Benchmarks.dll webhook artifacts/bench-webhook/promoter-admission/promoter-admission "$report"
echo "bench: written to $report"
