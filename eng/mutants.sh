#!/usr/bin/env bash
# Breaks one line of the deciding code at a time, as eng/mutants says, and expects the test that the mutant names to fail: eng/mutants.sh [NAME...]
# Works in a copy of the tree, where the tests are built once; a mutant costs a build of the one project that it breaks. Ends with 1 where one survives.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
eng/need.sh dotnet git
mutants=("$@")
if [ "$#" -eq 0 ]; then
  mutants=(eng/mutants/*.mutant)
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tmp" "$work/tree"
# Every build of the SDK leaves folders behind.
export TMPDIR=$work/tmp
git ls-files --cached --others --exclude-standard -z | tar --null --files-from=- --ignore-failed-read -cf - 2> /dev/null | tar -xf - -C "$work/tree"
cd "$work/tree"

field() { sed -n "s/^$2: \{0,1\}//p" "$1"; }

build() { dotnet build "$@" -c Debug -v quiet --nologo -maxcpucount:1 -nodeReuse:false -p:RunAnalyzers=false < /dev/null > "$work/build.log" 2>&1; }

# run PROJECT TEST...: what the tests say; 0 where all of them pass.
run() {
  local project=$1 arguments=()
  shift
  for test in "$@"; do arguments+=(-method "$test"); done
  timeout --kill-after=10 120 dotnet "artifacts/bin/$project/debug/$project.dll" -noLogo -noColor "${arguments[@]}" < /dev/null > "$work/output.log" 2>&1
}

for index in "${!mutants[@]}"; do
  name=$(basename "${mutants[$index]}" .mutant)
  mutants[index]=eng/mutants/$name.mutant
  if [ ! -f "${mutants[$index]}" ]; then
    echo "mutants: there is no eng/mutants/$name.mutant" >&2
    exit 2
  fi
done

# Without a mutant all of the tests pass, so that the mutant is what makes one fail.
mapfile -t projects < <(for mutant in "${mutants[@]}"; do field "$mutant" project; done | sort -u)
for project in "${projects[@]}"; do
  if ! build "$project"; then
    echo "mutants: $project does not build" >&2
    tail -n 20 "$work/build.log" >&2
    exit 1
  fi
  mapfile -t tests < <(for mutant in "${mutants[@]}"; do [ "$(field "$mutant" project)" != "$project" ] || field "$mutant" test; done | sort -u)
  if ! run "$(basename "$project")" "${tests[@]}"; then
    echo "mutants: the tests of $project fail without any mutant" >&2
    cat "$work/output.log" >&2
    exit 1
  fi
done

survivors=()
survived() {
  echo "mutants: $name SURVIVED: $1"
  survivors+=("$name")
}

for mutant in "${mutants[@]}"; do
  name=$(basename "$mutant" .mutant)
  file=$(field "$mutant" file)
  from=$(field "$mutant" from)
  to=$(field "$mutant" to)
  test=$(field "$mutant" test)
  suite=$(basename "$(field "$mutant" project)")
  original=$(cat "$file"; echo .)
  if [[ $original != *"$from"* ]]; then
    survived "its line is not in $file any more"
    continue
  fi

  changed=${original/"$from"/"$to"}
  printf '%s' "${changed%.}" > "$file"
  broken=$(cut -d / -f 1-2 <<< "$file")
  project=$(basename "$(compgen -G "$broken/*.csproj")" .csproj)
  if build "$broken" --no-restore --no-dependencies; then
    assembly=$(sed -n 's/.*<AssemblyName>\(.*\)<.*/\1/p' "$broken/$project.csproj")
    place=artifacts/bin/$project/debug/${assembly:-$project}.dll
    kept=$work/kept.dll
    mv "artifacts/bin/$suite/debug/$(basename "$place")" "$kept"
    cp "$place" "artifacts/bin/$suite/debug/"
    if run "$suite" "$test"; then
      survived "$test passes, or is not there"
    elif ! grep -q '\[FAIL\]' "$work/output.log"; then
      survived "$test does not fail, it breaks off: $(tail -n 1 "$work/output.log")"
    else
      echo "mutants: $name killed by ${test##*.}"
    fi
    mv "$kept" "artifacts/bin/$suite/debug/$(basename "$place")"
  else
    survived "it does not compile: $(grep -m 1 -o 'error .*' "$work/build.log")"
  fi
  printf '%s' "${original%.}" > "$file"
done

echo "mutants: $((${#mutants[@]} - ${#survivors[@]})) of ${#mutants[@]} killed in $SECONDS s"
[ "${#survivors[@]}" -eq 0 ]
