#!/usr/bin/env bash
# Checks what the compiler does not see: scripts, YAML, JSON, charts. A linter that is not installed is named and left out.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
export PATH="$root/.cache/tools/bin:$PATH"
status=0

check() {
  local program=$1
  shift
  if ! command -v "$program" > /dev/null 2>&1; then
    echo "lint: $program is not installed, its checks are left out ('make tools')"
    return
  fi
  if ! "$program" "$@"; then
    echo "lint: $program found something" >&2
    status=1
  fi
}

# Files of the working tree that are not ignored, so that a script counts before it is committed.
files() { git ls-files --cached --others --exclude-standard -- "$@" | while read -r file; do [ ! -e "$file" ] || echo "$file"; done; }

mapfile -t scripts < <(files '*.sh' .ci/run)
check shellcheck --external-sources "${scripts[@]}"

mapfile -t yaml < <(files '*.yaml' '*.yml' ':!charts/*/templates/*' ':!examples/helm/*/templates/*' ':!tests/*')
if [ "${#yaml[@]}" -gt 0 ]; then
  check yamllint --strict "${yaml[@]}"
fi

mapfile -t json < <(files '*.json' ':!tests/*')
for file in "${json[@]}"; do
  check jq empty "$file"
done

if compgen -G 'charts/*/Chart.yaml' > /dev/null; then
  if command -v helm > /dev/null 2>&1; then
    eng/charts.sh || status=1
  else
    echo "lint: helm is not installed, the charts are left out ('make tools')"
  fi
fi

[ "$status" -eq 0 ] && echo "lint: clean (${#scripts[@]} scripts, ${#yaml[@]} YAML files, ${#json[@]} JSON files)"
exit "$status"
