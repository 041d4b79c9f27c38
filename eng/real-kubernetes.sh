#!/usr/bin/env bash
# Runs the tests that know a real API server from the fake one, against a real kube-apiserver with etcd, on loopback: what an API server answers, and webhook
# processes behind the installed chart. PATH, or KUBE_APISERVER and ETCD, say where the two programs are; Kubernetes 1.27 is the first that has scheduling gates.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
export PATH="$root/.cache/tools/bin:$PATH"
configuration=${CONFIGURATION:-Release}

find_program() { command -v "${!1:-$2}" || { echo "error: $2 is not on PATH, and $1 names none. Build it from Kubernetes' or etcd's sources, or install a package of it." >&2 && return 1; }; }
apiserver=$(find_program KUBE_APISERVER kube-apiserver)
etcd=$(find_program ETCD etcd)
eng/need.sh dotnet helm kubectl openssl

work=$(mktemp -d)
processes=()
end() {
  kill "$1" 2> /dev/null || return 0
  wait "$1" 2> /dev/null || true
}
cleanup() {
  for ((i = ${#processes[@]} - 1; i >= 0; i--)); do
    end "${processes[i]}"
  done
  rm -rf "$work"
}
trap cleanup EXIT

free_port() {
  local port
  while port=$((RANDOM % 20000 + 20000)); (: > "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do :; done
  echo "$port"
}

client=http://127.0.0.1:$(free_port)
peer=http://127.0.0.1:$(free_port)
"$etcd" --data-dir "$work/etcd" --listen-client-urls "$client" --advertise-client-urls "$client" --listen-peer-urls "$peer" \
  --initial-advertise-peer-urls "$peer" --initial-cluster "default=$peer" > "$work/etcd.log" 2>&1 &
processes+=($!)

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=kube-apiserver -addext subjectAltName=IP:127.0.0.1 -keyout "$work/tls.key" -out "$work/tls.crt" 2> /dev/null
openssl genrsa -out "$work/account.key" 2048 2> /dev/null
token=$(openssl rand -hex 16)
echo "$token,administrator,administrator,system:masters" > "$work/tokens.csv"
port=$(free_port)
cat > "$work/kubeconfig" << END
apiVersion: v1
kind: Config
current-context: real
contexts: [{name: real, context: {cluster: real, user: administrator}}]
clusters: [{name: real, cluster: {server: "https://127.0.0.1:$port", certificate-authority: "$work/tls.crt"}}]
users: [{name: administrator, user: {token: $token}}]
END

fail() {
  echo "error: $1:" >&2
  tail -n 20 "$work/$2" >&2
  exit 1
}

start() {
  # No controller makes service accounts here, so that pods must be accepted without.
  "$apiserver" --etcd-servers "$client" --bind-address 127.0.0.1 --secure-port "$port" --tls-cert-file "$work/tls.crt" --tls-private-key-file "$work/tls.key" \
    --authorization-mode RBAC --token-auth-file "$work/tokens.csv" --disable-admission-plugins ServiceAccount --endpoint-reconciler-type none \
    --service-account-issuer https://kubernetes.default.svc --service-account-key-file "$work/account.key" --service-account-signing-key-file "$work/account.key" \
    --service-cluster-ip-range 10.96.0.0/16 >> "$work/apiserver.log" 2>&1 &
  processes[1]=$!
  for ((i = 0; i < 120; i++)); do
    if KUBECONFIG=$work/kubeconfig kubectl get --raw /readyz > /dev/null 2>&1; then return; fi
    kill -0 "${processes[0]}" 2> /dev/null || fail "etcd ($etcd) ended" etcd.log
    kill -0 "${processes[1]}" 2> /dev/null || break
    sleep 0.5
  done
  fail "the API server ($apiserver) did not get ready" apiserver.log
}

# Started twice: only a server that began with objects has versions from before its history.
start
end "${processes[1]}"
start
export KUBECONFIG=$work/kubeconfig
kubectl version 2> /dev/null | grep Server
eng/real-policy.sh

export PROMOTER_REAL_KUBERNETES=$work/kubeconfig
dotnet test tests/Promoter.Shared.Tests -c "$configuration" --no-build --filter FullyQualifiedName~ApiServerContractTests --logger 'console;verbosity=normal'
dotnet test tests/Promoter.Admission.Tests -c "$configuration" --no-build --filter FullyQualifiedName~ThreeProcessesTests --logger 'console;verbosity=normal'
