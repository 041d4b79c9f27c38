#!/usr/bin/env bash
# Prints `tests: N passed, N failed, N skipped`, counted from the result files: count-tests.sh DIRECTORY
set -euo pipefail

# The results are counted one by one: the totals that a TRX file carries leave out skipped tests.
find "$1" -name '*.trx' -exec cat {} + 2> /dev/null | grep -o '<UnitTestResult [^>]*>' | awk '
  / outcome="Passed"/ { passed++; next }
  / outcome="NotExecuted"/ { skipped++; next }
  { failed++ }
  END { printf "tests: %d passed, %d failed, %d skipped\n", passed, failed, skipped }' || true
