#!/usr/bin/env bash
# Breaks one line of the decision and comparison code at a time, as eng/mutants says, and expects a test to fail for each: eng/mutants.sh [NAME...]
# Works in a copy of the tree. Ends with 1 where a mutant survives.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
eng/need.sh dotnet git
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git ls-files --cached --others --exclude-standard -z | tar --null --files-from=- --ignore-failed-read -cf - 2> /dev/null | tar -xf - -C "$work"
cd "$work"

field() { sed -n "s/^$2: //p" "$1"; }

# check FILE: builds and runs the tests that the mutant names; 0 where all pass.
check() {
  local project filter="" name
  project=$(field "$1" project)
  for name in $(field "$1" tests | tr '|' ' '); do
    filter+="${filter:+|}FullyQualifiedName~$name"
  done
  dotnet test "$project" -v quiet --nologo -p:RunAnalyzers=false --logger 'console;verbosity=normal' --filter "$filter" < /dev/null > "$work/output.log" 2>&1
}

mutants=(eng/mutants/*.mutant)
if [ "$#" -gt 0 ]; then
  mutants=("${@/#/eng/mutants/}")
  mutants=("${mutants[@]/%/.mutant}")
fi

survivors=()
for mutant in "${mutants[@]}"; do
  name=$(basename "$mutant" .mutant)
  file=$(field "$mutant" file)
  original=$(cat "$file"; echo .)
  from=$(field "$mutant" from)
  to=$(field "$mutant" to)
  if [[ $original != *"$from"* ]]; then
    echo "mutants: $name: the line is not in $file any more" >&2
    survivors+=("$name")
    continue
  fi
  changed=${original/"$from"/"$to"}
  printf '%s' "${changed%.}" > "$file"
  if check "$mutant"; then
    echo "mutants: $name SURVIVED: no test of $(field "$mutant" tests) fails"
    survivors+=("$name")
  elif ! grep -q '^  Failed ' "$work/output.log"; then
    echo "mutants: $name: no test failed, something else did:" >&2
    tail -n 5 "$work/output.log" >&2
    survivors+=("$name")
  else
    echo "mutants: $name killed by $(grep -m 1 -oE '^  Failed [A-Za-z0-9_.]+' "$work/output.log" | sed 's/.*\.//')"
  fi
  printf '%s' "${original%.}" > "$file"
done

echo "mutants: $((${#mutants[@]} - ${#survivors[@]})) of ${#mutants[@]} killed"
[ "${#survivors[@]}" -eq 0 ]
