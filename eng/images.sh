#!/usr/bin/env bash
# Builds the container images of both programs with the SDK's own container support and pushes them: one index for all platforms, with a bill of
# materials attached. One commit gives one digest, wherever it is built with the same SDK and base image.
#   REGISTRY=localhost:5000 eng/images.sh
#     TAG              default: git describe
#     PLATFORMS        default: linux-x64 linux-arm64
#     BASE_IMAGE       default: Microsoft's chiselled runtime-deps
#     PROGRAMS         default: promoter promoter-admission
#     SOURCE           address of the sources, for the images' labels; default: the remote "origin" where that is an https address
#     READY_TO_RUN     default: true (precompiled); false builds where the platform's runtime pack cannot be had, framework-dependent
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
eng/need.sh dotnet git
if [ -z "${REGISTRY:-}" ]; then
  echo "error: name the registry to push to: make images REGISTRY=localhost:5000 (credentials come from the docker configuration)" >&2
  exit 2
fi
tag=${TAG:-$(git describe --tags --always --dirty)}
revision=$(git rev-parse HEAD)
created=$(git show --no-patch --format=%ct HEAD)
source=${SOURCE:-$(git remote get-url origin 2> /dev/null || true)}
[[ $source == https://* ]] || source=
read -ra platforms <<< "${PLATFORMS:-linux-x64 linux-arm64}"
read -ra programs <<< "${PROGRAMS:-promoter promoter-admission}"
ready_to_run=${READY_TO_RUN:-true}

project_of() {
  case "$1" in
    promoter) echo src/Promoter.Job ;;
    promoter-admission) echo src/Promoter.Admission ;;
    *) echo "error: there is no program $1" >&2 && return 2 ;;
  esac
}

# A base image at a loopback registry is read over plain HTTP.
if [[ ${BASE_IMAGE:-} =~ ^(localhost|127\.0\.0\.1)(:[0-9]+)?/ ]]; then
  export DOTNET_CONTAINER_INSECURE_REGISTRIES=${BASE_IMAGE%%/*}
fi

# Build servers would outlive this script and hold its output open.
dotnet build eng/Promoter.Release -c Release -v quiet --nologo --disable-build-servers -p:RunAnalyzers=false
release=artifacts/bin/Promoter.Release/release/promoter-release.dll

for program in "${programs[@]}"; do
  project=$(project_of "$program")
  archives=()
  for platform in "${platforms[@]}"; do
    # A folder of its own, cleaned: publishing into what another publish left behind can silently leave dependencies as IL.
    work=$root/artifacts/images/$program/$platform
    rm -rf "$work"
    archive=$work/image.tar
    arguments=(-c Release -t:PublishContainer -v quiet --nologo --disable-build-servers -r "$platform" -p:ArtifactsPath="$work" -p:ContainerArchiveOutputPath="$archive"
      -p:ContainerRepository="$program" -p:SourceRevisionId="$revision" -p:EnableSourceControlManagerQueries=false -p:RunAnalyzers=false
      -p:PublishReadyToRun="$ready_to_run")
    if [ "$ready_to_run" = true ]; then
      arguments+=(--self-contained)
    else
      arguments+=(--no-self-contained -p:UseAppHost=false)
    fi
    [ -z "${BASE_IMAGE:-}" ] || arguments+=(-p:ContainerBaseImage="$BASE_IMAGE")
    echo "images: building $program for $platform"
    dotnet publish "$project" "${arguments[@]}"
    archives+=(--archive "$archive")
  done
  arguments=(--program "$program" --release-version "${tag#v}" --revision "$revision" --created "$created")
  [ -z "$source" ] || arguments+=(--source "$source")
  pushed=$(dotnet "$release" push "$REGISTRY/$program:$tag" "${arguments[@]}" "${archives[@]}")
  echo "images: pushed $REGISTRY/$program:$tag"
  echo "images: $pushed"
done
