#!/usr/bin/env bash
# Lets a real API server (KUBECONFIG) judge what the webhook's own account may do under policies/kubernetes/limit-promoter-admission.yaml, and cleans up.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
policy=policies/kubernetes/limit-promoter-admission.yaml
account=system:serviceaccount:promoter:promoter-admission

if ! kubectl api-resources --api-group admissionregistration.k8s.io -o name | grep -q '^validatingadmissionpolicies\.'; then
  echo "policy: this API server has no ValidatingAdmissionPolicy (Kubernetes 1.30 and later): nothing to judge"
  exit 0
fi

cleanup() {
  kubectl delete --ignore-not-found --wait=false -f "$policy" > /dev/null
  kubectl delete --ignore-not-found --wait=false clusterrolebinding policy-trial > /dev/null
  kubectl delete --ignore-not-found --wait=false namespace policy-trial > /dev/null
}
trap cleanup EXIT

# With every right that RBAC can give: what is refused is refused by the policy.
kubectl create clusterrolebinding policy-trial --clusterrole=cluster-admin --user="$account" > /dev/null
kubectl create namespace policy-trial > /dev/null
kubectl apply -f "$policy" > /dev/null
kubectl create -f - > /dev/null << 'END'
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: policy-trial, labels: {app: web}, annotations: {team: shop}}
spec:
  schedulingGates: [{name: promoter.dev/image-pending}, {name: example.org/other}]
  containers: [{name: web, image: registry.example/web:1}]
END

# attempt RESOURCE TYPE PATCH: what the API server says to the patch.
attempt() { kubectl --as "$account" -n policy-trial patch pod web ${1:+--subresource="$1"} --type="$2" -p "$3" 2>&1 || true; }

# expect ANSWER PATCH...: an error where the API server says anything else.
expect() {
  local answer
  answer=$(attempt "${@:2}")
  if ! grep -q "$1" <<< "$answer"; then
    echo "error: instead of '$1' the API server says to $4: $answer" >&2
    exit 1
  fi
}
refused() { expect 'denied request: promoter may' "$@"; }
allowed() { expect 'patched' "$@"; }

# A policy is in force some seconds after it was written.
for ((i = 0; i < 60; i++)); do
  if grep -q 'denied request' <<< "$(attempt '' merge '{"metadata":{"annotations":{"team":"other"}}}')"; then break; fi
  kubectl -n policy-trial annotate --overwrite pod web team=shop > /dev/null
  sleep 0.5
done

refused '' merge '{"metadata":{"labels":{"app":"other"}}}'
refused '' merge '{"metadata":{"labels":{"further":"one"}}}'
refused '' merge '{"metadata":{"annotations":{"team":"other"}}}'
refused '' merge '{"metadata":{"finalizers":["example.org/stay"]}}'
refused '' json '[{"op":"remove","path":"/spec/schedulingGates/1"}]'
refused '' json '[{"op":"replace","path":"/spec/containers/0/image","value":"registry.example/other:1"}]'
refused '' json '[{"op":"remove","path":"/spec/schedulingGates/0"},{"op":"replace","path":"/metadata/labels/app","value":"other"}]'
refused status merge '{"metadata":{"labels":{"app":"other"}}}'
refused status merge '{"metadata":{"annotations":{"team":"other"}}}'
refused status merge '{"status":{"podIP":"192.0.2.1","podIPs":[{"ip":"192.0.2.1"}]}}'
refused status strategic '{"status":{"conditions":[{"type":"Ready","status":"True"}]}}'
allowed status strategic '{"status":{"conditions":[{"type":"promoter.dev/ImagesPromoted","status":"False","reason":"Promoting"}]}}'
# As when another webhook annotates the pod on its way.
allowed '' json '[{"op":"remove","path":"/spec/schedulingGates/0"},{"op":"add","path":"/metadata/annotations/further","value":"one"}]'
echo "policy: 11 changes refused, 2 allowed, as they should be"
