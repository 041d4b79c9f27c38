#!/usr/bin/env bash
# The main job on this machine: two emulated ECR accounts, a rendered manifest, and the real promoter between them. Needs bash and the .NET SDK.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
configuration=${CONFIGURATION:-Release}
output=$(echo "$configuration" | tr '[:upper:]' '[:lower:]')
image=222222222222.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2

work=$(mktemp -d)
emulator=
cleanup() {
  [ -z "$emulator" ] || { kill "$emulator" 2> /dev/null && wait "$emulator" 2> /dev/null; } || true
  rm -rf "$work"
}
trap cleanup EXIT

fail() {
  echo "demo: FAILED: $*" >&2
  grep -v "^{" "$work/emulator.log" 2> /dev/null | tail -n 20 >&2 || true
  exit 1
}
title() { printf '\n== %s\n' "$*"; }

for project in src/Promoter.Job tests/Promoter.Emulator; do
  dotnet build "$project" -c "$configuration" -v quiet > "$work/build.log" 2>&1 || { cat "$work/build.log" >&2 && fail "$project does not build"; }
done
promoter() { dotnet "artifacts/bin/Promoter.Job/$output/promoter.dll" "$@"; }

# expect CODE promoter ARGUMENTS...: prints the command and its output, and fails where the exit code is another.
expect() {
  local expected=$1 code=0
  shift
  printf '$ %s\n' "${*//$work\//}"
  "$@" > "$work/stdout" || code=$?
  cat "$work/stdout"
  [ "$code" -eq "$expected" ] || fail "exit code $code where $expected was due: $*"
}

title "Two ECR accounts on loopback ports"
dotnet "artifacts/bin/Promoter.Emulator/$output/promoter-emulator.dll" --seed demo --state-file "$work/emulator.json" > "$work/emulator.log" 2>&1 &
emulator=$!
for ((i = 0; i < 300; i++)); do
  [ ! -e "$work/emulator.json" ] || break
  kill -0 "$emulator" 2> /dev/null || fail "the emulator ended"
  sleep 0.1
done
[ -e "$work/emulator.json" ] || fail "the emulator did not start within 30 s"

# The description is one line of JSON whose keys are known, and a fresh machine has no jq.
field() { sed -nE "s/.*\"$1\":\\{[^{}]*\"$2\":\"([^\"]*)\".*/\\1/p" "$work/emulator.json"; }
admin=$(sed -nE 's/.*"admin":"http:\/\/([^\/]*)\/.*/\1/p' "$work/emulator.json")
while IFS='=' read -r name value; do
  export "$name=$value"
done < <(sed -E 's/.*"demo":\{"environment":\{([^}]*)\}.*/\1/; s/","/\n/g' "$work/emulator.json" | sed -E 's/^"//; s/"$//; s/":"/=/')
[ -n "${AWS_ACCESS_KEY_ID:-}" ] || fail "the emulator's description holds no credentials: $(cat "$work/emulator.json")"
export HOME=$work DOCKER_CONFIG=$work

# ask METHOD PATH: what the emulator shows of itself, over bash's own sockets.
ask() {
  exec 3<> "/dev/tcp/${admin%:*}/${admin#*:}"
  printf '%s /_emulator/%s HTTP/1.0\r\nHost: %s\r\n\r\n' "$1" "$2" "$admin" >&3
  sed '1,/^\r*$/d' <&3
  exec 3>&-
}

# Tags with their digests, and manifests that carry no tag (children of an index, SBOMs), of one account.
contents() {
  ask GET state | tr -d '\r' | awk -v account="$1" -F '"' '
    /^  "/ { here = $2 == account }
    !here { next }
    /^    "/ { repository = $2; delete tagged; untagged = 0; printf "   %s\n", repository }
    /^        "[^"]*": "sha256:/ { printf "      %-20.20s %s\n", $2, $4; tagged[$4] = 1 }
    /^          "digest"/ && !($4 in tagged) { untagged++ }
    /^      "blobs"/ { if (untagged) printf "      and %d manifests without a tag\n", untagged }'
}
both_sides() {
  echo "source account 111111111111" && contents 111111111111
  echo "target account 222222222222" && contents 222222222222
}
# What a repository of an account holds, and where one of its tags points.
stored() { contents "$1" | awk -v repository="$2" '/^   [^ ]/ { here = $1 == repository; next } here'; }
digest() { stored "$1" "$2" | awk -v tag="$3" '$1 == tag { print $2 }'; }
requests() { ask GET "requests?account=$1" | grep -c '"index"' || true; }
both_sides

config=$work/promotion.yaml
sed -e "s|http://127.0.0.1:5001|$(field source endpoint)|" -e "s|http://127.0.0.1:5002|$(field target endpoint)|" examples/demo/promotion.yaml > "$config"
cp examples/demo/rendered.yaml "$work/rendered.yaml"

title "Plan: what the rendered manifest asks for"
expect 2 promoter plan --config "$config" -f "$work/rendered.yaml" --detailed-exitcode
grep -q 'shop/web:1.4.2' "$work/stdout" || fail "the plan does not name the image"
[ -z "$(stored 222222222222 shop/web)" ] || fail "the plan changed the target"

title "Promote: content by digest first, the tag last"
expect 0 promoter promote --config "$config" -f "$work/rendered.yaml"

title "Promote again: nothing to do"
ask DELETE requests > /dev/null
expect 0 promoter promote --config "$config" -f "$work/rendered.yaml"
echo "   requests of this run: $(requests 111111111111) to the source account, $(requests 222222222222) to the target account"

title "Afterwards"
both_sides
source_digest=$(digest 111111111111 shop/web 1.4.2)
[ -n "$source_digest" ] || fail "the source lost its image"
[ "$(digest 222222222222 shop/web 1.4.2)" = "$source_digest" ] || fail "$image has another digest than the source's $source_digest"
[ "$(stored 222222222222 shop/web)" = "$(stored 111111111111 shop/web)" ] || fail "the signature or the SBOM stayed behind"
[ -z "$(stored 222222222222 shop/batch)" ] || fail "shop/batch was promoted, though no manifest names it"
printf '\ndemo: %s is at the target with digest %s; shop/batch, which no manifest names, stayed behind\n' "$image" "$source_digest"
