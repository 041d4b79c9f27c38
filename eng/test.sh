#!/usr/bin/env bash
# Runs every test project of the solution, all of them even when one fails; results in artifacts/test-results/PROJECT.trx.
#   eng/test.sh [ARGUMENTS FOR dotnet test, e.g. --filter ...]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
results=$root/artifacts/test-results
configuration=${CONFIGURATION:-Release}

rm -rf "$results"
mkdir -p "$results"
failed=()
for project in "$root"/tests/*.Tests/*.csproj; do
  name=$(basename "$project" .csproj)
  dotnet test "$project" -c "$configuration" --no-build --results-directory "$results" \
    --logger "trx;LogFileName=$name.trx" --logger 'console;verbosity=minimal' "$@" < /dev/null || failed+=("$name")
done

counted=$("$root/eng/count-tests.sh" "$results")
echo "$counted"
if [[ $counted == *" 0 passed"* ]]; then
  echo "error: no test passed; were the projects built? (make build)" >&2
  exit 1
fi
if [ "${#failed[@]}" -gt 0 ]; then
  echo "error: failed in ${failed[*]}" >&2
  exit 1
fi
