{{/*
Features that widen the RBAC rules: as `features` says, else as the configuration says. Each prints "true" or nothing.
*/}}
{{- define "promoter-admission.gates" -}}
{{- $configured := dig "admission" "gate" "enabled" true (.Values.config | default dict) -}}
{{- $said := .Values.features.gates -}}
{{- if kindIs "invalid" $said -}}
{{- if $configured }}true{{ end -}}
{{- else if $said }}true
{{- else if and .Values.config $configured -}}
{{- fail "promoter-admission: features.gates is false, so that no gate could be removed, but pods would be gated: set config.admission.gate.enabled to false as well" -}}
{{- end -}}
{{- end -}}

{{- define "promoter-admission.largeCopies" -}}
{{- $said := .Values.features.largeCopies -}}
{{- if kindIs "invalid" $said -}}
{{- with (dig "admission" "onDemand" "jobAbove" "" (.Values.config | default dict)) }}true{{ end -}}
{{- else if $said }}true{{ end -}}
{{- end -}}

{{- define "promoter-admission.pullSecrets" -}}
{{- $said := .Values.features.pullSecrets -}}
{{- if kindIs "invalid" $said -}}
{{- with (dig "admission" "access" "pullSecrets" "" (.Values.config | default dict)) }}{{ if ne (toString .) "false" }}true{{ end }}{{ end -}}
{{- else if $said }}true{{ end -}}
{{- end -}}

{{- define "promoter-admission.prefetch" -}}
{{- $said := .Values.features.prefetch -}}
{{- if kindIs "invalid" $said -}}
{{- if dig "admission" "prefetch" "enabled" false (.Values.config | default dict) }}true{{ end -}}
{{- else if $said }}true{{ end -}}
{{- end -}}

{{/* 1.28 is the first server that has matchConditions switched on. */}}
{{- define "promoter-admission.hasMatchConditions" -}}
{{- if semverCompare ">=1.28.0-0" .Capabilities.KubeVersion.Version }}true{{ end -}}
{{- end -}}

{{- define "promoter-admission.hasAdmissionPolicies" -}}
{{- if semverCompare ">=1.30.0-0" .Capabilities.KubeVersion.Version }}true{{ end -}}
{{- end -}}
