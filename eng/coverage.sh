#!/usr/bin/env bash
# Runs the tests with coverlet and prints the lines that were covered, by folder of src: eng/coverage.sh [ARGUMENTS FOR dotnet test]
# A line counts as covered where any test project ran it; what the programs do as processes of their own, in the interop tests, is not counted. The Cobertura files stay in artifacts/coverage.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
eng/need.sh dotnet
results=$root/artifacts/coverage
configuration=${CONFIGURATION:-Release}
rm -rf "$results"
mkdir -p "$results"

status=0
# No filters: coverlet's know no hyphen, and the one for GeneratedCodeAttribute leaves out whole assemblies. What is not of src is passed over below.
for project in tests/*.Tests/*.csproj; do
  dotnet test "$project" -c "$configuration" --results-directory "$results" --collect 'XPlat Code Coverage' \
    --logger 'console;verbosity=minimal' "$@" < /dev/null || status=1
done

find "$results" -name 'coverage.cobertura.xml' -exec cat {} + | awk -v root="$root/" '
  /<source>/ { gsub(/.*<source>|<\/source>.*/, ""); source = $0; if (source !~ /\/$/) source = source "/" }
  match($0, /filename="[^"]*"/) {
    file = substr($0, RSTART + 10, RLENGTH - 11)
    if (file !~ /^\//) file = source file
    sub(root, "", file)
    wanted = file ~ /^src\// && file !~ /\/obj\//
  }
  wanted && match($0, /<line number="[0-9]+" hits="[0-9]+"/) {
    split(substr($0, RSTART, RLENGTH), part, "\"")
    key = file ":" part[2]
    if (!(key in hits)) { folder = file; sub(/\/[^\/]*$/, "", folder); split(folder, names, "/"); area[key] = names[1] "/" names[2] "/" names[3] }
    hits[key] += part[4]
  }
  END {
    for (key in hits) { valid[area[key]]++; all++; if (hits[key] > 0) { covered[area[key]]++; good++ } }
    if (!all) { print "coverage: nothing was measured"; exit 1 }
    for (name in valid) printf "%6.1f %%  %6d of %6d lines  %s\n", 100 * covered[name] / valid[name], covered[name], valid[name], name | "sort -k 7"
    close("sort -k 7")
    printf "coverage: %.1f %% of %d lines\n", 100 * good / all, all
  }' | tee "$results/summary.txt"
exit "$status"
