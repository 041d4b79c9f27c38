{{/*
Names and labels. Every template takes a scope: {ctx: the root context, values: this chart's values, images: the references}.
*/}}

{{/*
The Job's name. A pod of an Indexed Job is called <job>-<index> and that has to fit a DNS label of 63 characters, so a long name is cut at 52
and ends in a hash of the whole: two long releases keep two names.
*/}}
{{- define "promoter-job.name" -}}
{{- $name := .values.fullnameOverride | default (printf "%s-%s" .ctx.Release.Name (.values.nameOverride | default "promote-images")) -}}
{{- if gt (len $name) 52 -}}
{{- printf "%s-%s" ($name | trunc 43 | trimSuffix "-") ($name | sha256sum | trunc 8) -}}
{{- else -}}
{{- $name | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "promoter-job.labels" -}}
app.kubernetes.io/name: promoter-job
app.kubernetes.io/instance: {{ .ctx.Release.Name | trunc 63 | trimSuffix "-" | quote }}
app.kubernetes.io/component: image-promotion
app.kubernetes.io/part-of: promoter
app.kubernetes.io/managed-by: {{ .ctx.Release.Service }}
{{- with .values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* A hook's annotations for the given wave: {values, wave}. */}}
{{- define "promoter-job.hookAnnotations" -}}
{{- $hook := .values.hook -}}
{{- if has $hook.type (list "argocd" "both") }}
argocd.argoproj.io/hook: {{ $hook.phase }}
argocd.argoproj.io/hook-delete-policy: {{ $hook.deletePolicy }}
argocd.argoproj.io/sync-wave: {{ .wave | int | toString | quote }}
{{- end }}
{{- if has $hook.type (list "helm" "both") }}
helm.sh/hook: pre-install,pre-upgrade,pre-rollback
helm.sh/hook-delete-policy: before-hook-creation
helm.sh/hook-weight: {{ .wave | int | toString | quote }}
{{- end }}
{{- end -}}
