#!/usr/bin/env bash
# Lints and renders every chart, with its defaults and with each file in its ci/ folder; builds every kustomization under charts/.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
export PATH="$root/.cache/tools/bin:$PATH"
eng/need.sh helm kubectl

status=0
rendered=$(mktemp -d)
trap 'rm -rf "$rendered"' EXIT

for chart in charts/*/Chart.yaml; do
  [ -e "$chart" ] || continue
  chart=$(dirname "$chart")
  values=("")
  for file in "$chart"/ci/*.yaml; do
    [ ! -e "$file" ] || values+=("$file")
  done
  for file in "${values[@]}"; do
    echo "charts: $chart${file:+ with $file}"
    helm lint --quiet "$chart" ${file:+--values "$file"} || status=1
    # A library chart has nothing to render by itself.
    grep -q '^type: library' "$chart/Chart.yaml" ||
      helm template lint "$chart" --namespace lint ${file:+--values "$file"} > "$rendered/out.yaml" || status=1
  done
done

while read -r kustomization; do
  # A component is built through an overlay that uses it.
  grep -q '^kind: Component' "$kustomization" && continue
  echo "charts: $kustomization"
  kubectl kustomize "$(dirname "$kustomization")" > "$rendered/out.yaml" || status=1
done < <(find charts examples -name kustomization.yaml 2> /dev/null)

exit "$status"
