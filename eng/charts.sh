#!/usr/bin/env bash
# Lints and renders the charts with every file of their ci/ folders, for every Kubernetes that they support; builds the example chart
# with its dependency, and every kustomization. What the rendered objects have to be is asserted by Promoter.Interop.Tests (Gitops).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
export PATH="$root/.cache/tools/bin:$PATH"
eng/need.sh helm kubectl

versions=(1.26.0 1.27.0 1.28.0 1.29.0 1.30.0 1.31.0 1.32.0 1.33.0 1.34.0)
status=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

render() {
  local chart=$1 values=$2 version
  for version in "${versions[@]}"; do
    helm template lint "$chart" --namespace lint --values "$values" --kube-version "$version" > "$work/out.yaml" || status=1
  done
}

for chart in charts/*/Chart.yaml; do
  chart=$(dirname "$chart")
  for values in "$chart"/ci/*.yaml; do
    echo "charts: $chart with $(basename "$values")"
    helm lint --quiet --strict "$chart" --values "$values" || status=1
    render "$chart" "$values"
  done
done

# The dependency is a path in the repository, and building it writes into the chart: work on a copy.
cp -r charts examples "$work"
for chart in "$work"/examples/helm/*/Chart.yaml; do
  chart=$(dirname "$chart")
  helm dependency build "$chart" > "$work/out.yaml" || status=1
  for values in "$chart"/values-*.yaml; do
    echo "charts: ${chart#"$work"/} with $(basename "$values")"
    helm lint --quiet --strict "$chart" --values "$values" || status=1
    render "$chart" "$values"
  done
done

while read -r kustomization; do
  # A component is built through an overlay that uses it.
  grep -q '^kind: Component' "$kustomization" && continue
  echo "charts: $kustomization"
  kubectl kustomize "$(dirname "$kustomization")" > "$work/out.yaml" || status=1
done < <(find charts examples -name kustomization.yaml)

exit "$status"
