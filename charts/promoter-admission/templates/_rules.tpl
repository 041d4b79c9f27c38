{{/* What the webhook may do anywhere in the cluster, feature by feature. */}}
{{- define "promoter-admission.clusterRules" -}}
{{- if .Values.features.gates }}
# Gated pods are the queue: found after a restart, released by PATCH.
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, patch]
- apiGroups: [""]
  resources: [pods/status]
  verbs: [patch]
{{- end }}
{{- if .Values.features.events }}
- apiGroups: ["", events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end }}
{{- if and (include "promoter-admission.pullSecrets" .) (not .Values.pullSecretNamespaces) }}
- apiGroups: [""]
  resources: [secrets, serviceaccounts]
  verbs: [get]
{{- end }}
{{- if include "promoter-admission.prefetch" . }}
- apiGroups: [apps]
  resources: [deployments, statefulsets, daemonsets]
  verbs: [list, watch]
- apiGroups: [batch]
  resources: [jobs, cronjobs]
  verbs: [list, watch]
{{- end }}
{{- if eq .Values.tls.mode "selfManaged" }}
- apiGroups: [admissionregistration.k8s.io]
  resources: [mutatingwebhookconfigurations]
  resourceNames: [{{ include "promoter-admission.fullname" . }}]
  verbs: [get, patch]
{{- end }}
{{- end -}}
