{{/*
One image reference: a string (which may hold a template), or {registry, repository, tag, digest}. Scope: {image, ctx}.
*/}}
{{- define "promoter-job.reference" -}}
{{- if kindIs "string" .image -}}
{{- tpl .image .ctx | trim -}}
{{- else if kindIs "map" .image -}}
{{- $repository := .image.repository | default "" | toString -}}
{{- if not $repository -}}
{{- fail (printf "promoter-job: an image has no repository: %s" (toJson .image)) -}}
{{- end -}}
{{- with .image.registry }}{{ . | toString | trimSuffix "/" }}/{{ end -}}
{{- $repository -}}
{{- with .image.tag }}:{{ . | toString }}{{ end -}}
{{- with .image.digest }}@{{ . }}{{ end -}}
{{- else -}}
{{- fail (printf "promoter-job: an image is a reference or {registry, repository, tag, digest}, not: %s" (toJson .image)) -}}
{{- end -}}
{{- end -}}

{{/* All references as a JSON list, without doubles, in the order given. Scope: {images, ctx}. */}}
{{- define "promoter-job.references" -}}
{{- $references := list -}}
{{- range .images -}}
{{- $reference := include "promoter-job.reference" (dict "image" . "ctx" $.ctx) -}}
{{- if not $reference -}}
{{- fail "promoter-job: an image reference is empty: is a value of your chart unset?" -}}
{{- end -}}
{{- $references = append $references $reference -}}
{{- end -}}
{{- $references | uniq | toJson -}}
{{- end -}}
