#!/usr/bin/env bash
# Builds the container images of both programs with the SDK's own container support and pushes them.
#   REGISTRY=localhost:5000 [TAG=...] [PLATFORMS="linux-x64;linux-arm64"] [BASE_IMAGE=...] eng/images.sh
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
if [ -z "${REGISTRY:-}" ]; then
  echo "error: name the registry to push to: make images REGISTRY=localhost:5000 (credentials come from the docker configuration)" >&2
  exit 2
fi
tag=${TAG:-$(git describe --tags --always --dirty)}
revision=$(git rev-parse HEAD)

for program in Promoter.Job:promoter Promoter.Admission:promoter-admission; do
  arguments=(-c Release -t:PublishContainer -v quiet -p:ContainerRegistry="$REGISTRY" -p:ContainerRepository="${program##*:}"
    -p:ContainerImageTag="$tag" -p:SourceRevisionId="$revision" -p:PublishReadyToRun=true)
  if [ -n "${BASE_IMAGE:-}" ]; then
    arguments+=(-p:ContainerBaseImage="$BASE_IMAGE")
  else
    arguments+=(-p:ContainerFamily=noble-chiseled)
  fi
  # Publishing into an obj folder that another publish left behind can silently leave dependencies as IL.
  arguments+=(-p:ArtifactsPath="$root/artifacts/images")
  case "${PLATFORMS:-linux-x64;linux-arm64}" in
    *";"*) arguments+=("-p:RuntimeIdentifiers=\"${PLATFORMS:-linux-x64;linux-arm64}\"") ;;
    *) arguments+=(-r "$PLATFORMS" --self-contained "${SELF_CONTAINED:-false}") ;;
  esac
  echo "images: $REGISTRY/${program##*:}:$tag"
  dotnet publish "src/${program%%:*}" "${arguments[@]}"
done
