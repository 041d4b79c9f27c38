#!/usr/bin/env bash
# Runs the suites that need no other programs again and again, each time in another order, and names every test that failed in any run:
#   RUNS=20 eng/flakes.sh [SUITE...]     e.g. eng/flakes.sh Promoter.Job.Tests
# The logs of runs in which something failed stay in artifacts/flakes. Also names what tests left behind in the folder for temporary files. Ends with 1 where a test failed.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
eng/need.sh dotnet
runs=${RUNS:-20}
configuration=${CONFIGURATION:-Release}
suites=("$@")
if [ "$#" -eq 0 ]; then
  suites=(Promoter.Shared.Tests Promoter.Job.Tests Promoter.Admission.Tests)
fi

results=$root/artifacts/flakes
rm -rf "$results"
mkdir -p "$results"
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

for suite in "${suites[@]}"; do
  dotnet build "tests/$suite" -c "$configuration" -v quiet --nologo < /dev/null
done

# A run that breaks off, or hangs, has failed as much as a test.
broken=0
for run in $(seq 1 "$runs"); do
  for suite in "${suites[@]}"; do
    log=$results/$(printf '%02d' "$run")-$suite.log
    if TMPDIR=$temporary timeout --kill-after=10 900 dotnet "artifacts/bin/$suite/${configuration,,}/$suite.dll" ":$run" -noLogo -noColor < /dev/null > "$log" 2>&1; then
      rm "$log"
    else
      echo "flakes: run $run of $suite failed, see ${log#"$root"/}"
      grep -q '\[FAIL\]' "$log" || broken=$((broken + 1))
    fi
  done
  echo "flakes: $run of $runs runs after $SECONDS s"
done

find "$temporary" -mindepth 1 -maxdepth 1 -printf '%f\n' | sed -E 's/[0-9a-f-]{32,36}|[A-Za-z0-9]{6}$/*/; s/-[0-9]+-[0-9]+-/-*-/' | sort | uniq -c | while read -r count name; do
  echo "flakes: left behind in $runs runs: $count times $name"
done

failed=$(find "$results" -name '*.log' -exec grep -hoE '^ +[A-Za-z0-9_.]+.* \[FAIL\]' {} + | sed -E 's/^ +//; s/ \[FAIL\]$//' | sort | uniq -c | sort -rn || true)
if [ -z "$failed" ] && [ "$broken" -eq 0 ]; then
  echo "flakes: none in $runs runs of ${suites[*]}"
  exit 0
fi
[ -z "$failed" ] || while read -r count name; do echo "flakes: failed in $count of $runs runs: $name"; done <<< "$failed"
[ "$broken" -eq 0 ] || echo "flakes: $broken runs broke off or hung"
exit 1
