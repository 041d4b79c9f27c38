{{/*
Registries of the rules, as a JSON list of image prefixes that end in "/", so that "registry.example" never matches "registry.example.org".
Scope: {ctx, side: "source" or "target"}.
*/}}
{{- define "promoter-admission.prefixes" -}}
{{- $prefixes := list -}}
{{- range (.ctx.Values.config | default dict).rules -}}
{{- $prefixes = append $prefixes (index . $.side | default "" | toString) -}}
{{- end -}}
{{- $prefixes = concat $prefixes (index .ctx.Values.webhook.matchConditions.registries (printf "%ss" .side)) -}}
{{- $ended := list -}}
{{- range $prefixes | compact | uniq -}}
{{- if not (regexMatch "^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._/-]*)?$" .) -}}
{{- fail (printf "promoter-admission: %q is no registry (host, optionally with a repository prefix)" .) -}}
{{- end -}}
{{- $ended = append $ended (printf "%s/" (trimSuffix "/" .)) -}}
{{- end -}}
{{- $ended | toJson -}}
{{- end -}}

{{/* CEL: the image `name` begins with one of the prefixes. Scope: {name, prefixes}. */}}
{{- define "promoter-admission.startsWith" -}}
{{- $name := .name -}}
{{- $terms := list -}}
{{- range .prefixes }}{{ $terms = append $terms (printf "%s.startsWith('%s')" $name .) }}{{ end -}}
({{ join " || " $terms }})
{{- end -}}

{{/*
CEL: one of the pod's images makes a call worth while. Lists that a server does not know are absent, and has() says so.
Scope: {test: name of the template that judges an image, ctx, ephemeral: bool}.
*/}}
{{- define "promoter-admission.anyImage" -}}
{{- $container := include .test (dict "ctx" .ctx "name" "c.image") -}}
{{- if .ephemeral -}}
has(object.spec.ephemeralContainers) && object.spec.ephemeralContainers.exists(c, has(c.image) && {{ $container }} &&
  !(has(oldObject.spec.ephemeralContainers) && oldObject.spec.ephemeralContainers.exists(o, o.name == c.name)))
{{- else -}}
object.spec.containers.exists(c, has(c.image) && {{ $container }}) ||
(has(object.spec.initContainers) && object.spec.initContainers.exists(c, has(c.image) && {{ $container }})) ||
(has(object.spec.volumes) && object.spec.volumes.exists(v, has(v.image) && has(v.image.reference) && {{ include .test (dict "ctx" .ctx "name" "v.image.reference") }}))
{{- end -}}
{{- end -}}

{{/*
Whether images can be told apart by their registry at all: a short name ("nginx") belongs to docker.io without saying so, hence a rule for Docker Hub needs every pod.
Prints "true" or nothing.
*/}}
{{- define "promoter-admission.coveredOnly" -}}
{{- $sources := include "promoter-admission.prefixes" (dict "ctx" . "side" "source") | fromJsonArray -}}
{{- $targets := include "promoter-admission.prefixes" (dict "ctx" . "side" "target") | fromJsonArray -}}
{{- $hub := false -}}
{{- range concat $sources $targets }}{{ if regexMatch "^(index\\.|registry-1\\.)?docker\\.io/" . }}{{ $hub = true }}{{ end }}{{ end -}}
{{- if and .Values.webhook.matchConditions.coveredOnly $sources $targets (not $hub) }}true{{ end -}}
{{- end -}}

{{- define "promoter-admission.skipPinned" -}}
{{- $targets := include "promoter-admission.prefixes" (dict "ctx" . "side" "target") | fromJsonArray -}}
{{- if and .Values.webhook.matchConditions.skipPinned $targets }}true{{ end -}}
{{- end -}}

{{/* CEL: the image belongs to a rule, and, where pinned images are skipped, is not yet a digest in a target registry. Scope: {ctx, name}. */}}
{{- define "promoter-admission.worthACall" -}}
{{- $sources := include "promoter-admission.prefixes" (dict "ctx" .ctx "side" "source") | fromJsonArray -}}
{{- $targets := include "promoter-admission.prefixes" (dict "ctx" .ctx "side" "target") | fromJsonArray -}}
{{- $terms := list -}}
{{- if include "promoter-admission.coveredOnly" .ctx -}}
{{- $terms = append $terms (include "promoter-admission.startsWith" (dict "name" .name "prefixes" (concat $targets $sources | uniq))) -}}
{{- end -}}
{{- if include "promoter-admission.skipPinned" .ctx -}}
{{- $terms = append $terms (printf "!(%s && %s.contains('@sha256:'))" (include "promoter-admission.startsWith" (dict "name" .name "prefixes" $targets)) .name) -}}
{{- end -}}
{{- join " && " $terms -}}
{{- end -}}

{{/* The matchConditions of one webhook. Scope: {ctx, ephemeral}. */}}
{{- define "promoter-admission.matchConditions" -}}
{{- if not .ephemeral -}}
# The kubelet's own static pods: changing their mirror makes it vanish.
- name: not-a-mirror-pod
  expression: "!has(object.metadata.annotations) || !('kubernetes.io/config.mirror' in object.metadata.annotations)"
{{- end }}
{{- if or (include "promoter-admission.coveredOnly" .ctx) (include "promoter-admission.skipPinned" .ctx) }}
- name: has-an-image-to-look-at
  expression: >-
    {{- include "promoter-admission.anyImage" (dict "test" "promoter-admission.worthACall" "ctx" .ctx "ephemeral" .ephemeral) | nindent 4 }}
{{- end }}
{{- with .ctx.Values.webhook.matchConditions.extra }}
{{ toYaml . }}
{{- end }}
{{- end -}}
