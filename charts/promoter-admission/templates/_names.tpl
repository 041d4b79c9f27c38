{{- define "promoter-admission.fullname" -}}
{{- $chart := .Values.nameOverride | default .Chart.Name -}}
{{- $name := .Values.fullnameOverride | default (ternary .Release.Name (printf "%s-%s" .Release.Name $chart) (contains $chart .Release.Name)) -}}
{{- /* 52: hook Jobs and the metrics Service add a suffix within the 63 characters of a DNS label. */ -}}
{{- $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{/* What selects the webhook's pods, and only them: hook Jobs of this release carry another component. */}}
{{- define "promoter-admission.selectorLabels" -}}
app.kubernetes.io/name: promoter-admission
app.kubernetes.io/instance: {{ .Release.Name | trunc 63 | trimSuffix "-" | quote }}
app.kubernetes.io/component: webhook
{{- end -}}

{{- define "promoter-admission.labels" -}}
app.kubernetes.io/name: promoter-admission
app.kubernetes.io/instance: {{ .Release.Name | trunc 63 | trimSuffix "-" | quote }}
app.kubernetes.io/part-of: promoter
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "promoter-admission.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "promoter-admission.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{- define "promoter-admission.image" -}}
{{- $image := .Values.image -}}
{{- if not $image.repository -}}
{{- fail "promoter-admission: image.repository is not set: name the repository that holds promoter-admission, for example 222222222222.dkr.ecr.eu-west-1.amazonaws.com/promoter-admission" -}}
{{- end -}}
{{- with $image.registry }}{{ . | trimSuffix "/" }}/{{ end -}}
{{- $image.repository -}}
{{- with ($image.tag | default (ternary "" .Chart.AppVersion (not (empty $image.digest)))) }}:{{ . }}{{ end -}}
{{- with $image.digest }}@{{ . }}{{ end -}}
{{- end -}}

{{- define "promoter-admission.tlsSecret" -}}
{{- if eq .Values.tls.mode "secret" -}}
{{- required "promoter-admission: tls.mode is \"secret\" but tls.secretName is not set" .Values.tls.secretName -}}
{{- else -}}
{{- .Values.tls.secretName | default (printf "%s-tls" (include "promoter-admission.fullname" .)) -}}
{{- end -}}
{{- end -}}

{{- define "promoter-admission.configMap" -}}
{{- .Values.existingConfigMap | default (printf "%s-config" (include "promoter-admission.fullname" .)) -}}
{{- end -}}

{{/* Annotations of an object that lives only while the release is deleted. Scope: the weight. */}}
{{- define "promoter-admission.deleteHook" -}}
helm.sh/hook: pre-delete,post-delete
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}
