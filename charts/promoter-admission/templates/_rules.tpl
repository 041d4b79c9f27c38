{{/* What reading the pull secrets of pods takes. */}}
{{- define "promoter-admission.pullSecretRules" -}}
- apiGroups: [""]
  resources: [secrets]
  verbs: [get]
# A pod under review has its account's secrets already, a workload's template does not; and the account is asked where a pod names none.
- apiGroups: [""]
  resources: [serviceaccounts]
  verbs: [get]
{{- end -}}

{{/* What the webhook may do anywhere in the cluster, feature by feature. */}}
{{- define "promoter-admission.clusterRules" -}}
# Pods that have not started: gated ones are the queue, found after a restart too; those that cannot pull correct what is remembered of the target.
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch]
{{- if include "promoter-admission.gates" . }}
# Gates are removed by PATCH.
- apiGroups: [""]
  resources: [pods]
  verbs: [get, patch]
- apiGroups: [""]
  resources: [pods/status]
  verbs: [patch]
{{- end }}
{{- if .Values.features.events }}
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- end }}
{{- if and (include "promoter-admission.pullSecrets" .) (not .Values.pullSecretNamespaces) }}
{{ include "promoter-admission.pullSecretRules" . }}
{{- end }}
{{- if include "promoter-admission.prefetch" . }}
- apiGroups: [apps]
  resources: [deployments, statefulsets, daemonsets]
  verbs: [list, watch]
- apiGroups: [batch]
  resources: [jobs, cronjobs]
  verbs: [list, watch]
{{- end }}
# A replica is ready when API servers trust its certificate, which stands in this release's own configuration.
- apiGroups: [admissionregistration.k8s.io]
  resources: [mutatingwebhookconfigurations]
  resourceNames: [{{ include "promoter-admission.fullname" . }}]
  verbs: [get{{ if eq .Values.tls.mode "selfManaged" }}, patch{{ end }}]
{{- end -}}
