{{- define "promoter-admission.args" -}}
{{- $name := include "promoter-admission.fullname" . -}}
- serve
- --config=/etc/promoter/config.yaml
- --listen=0.0.0.0:8443
- --metrics-listen=0.0.0.0:9090
- --service-name={{ $name }}
- --webhook-configuration={{ $name }}
{{- if eq .Values.tls.mode "selfManaged" }}
- --tls-self-managed
- --tls-secret={{ include "promoter-admission.tlsSecret" . }}
{{- else }}
- --tls-cert=/etc/promoter-tls/tls.crt
- --tls-key=/etc/promoter-tls/tls.key
{{- end }}
{{- if .Values.tls.clientCaSecret }}
- --client-ca=/etc/promoter-client-ca/ca.crt
{{- end }}
- --shutdown-delay={{ .Values.shutdownDelay }}
- --log-level={{ .Values.log.level }}
- --log-format={{ .Values.log.format }}
{{- range .Values.extraArgs }}
- {{ tpl . $ | quote }}
{{- end }}
{{- end -}}

{{- define "promoter-admission.env" -}}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: AWS_EC2_METADATA_DISABLED
  value: "true"
{{- with .Values.aws.region }}
- name: AWS_REGION
  value: {{ . | quote }}
{{- end }}
- name: DOTNET_EnableDiagnostics
  value: "0"
{{- if include "promoter-admission.largeCopies" . }}
- name: PROMOTER_JOB_IMAGE
  value: {{ required "promoter-admission: large copies run as a Job: set largeCopies.image to promoter's image" .Values.largeCopies.image | quote }}
- name: PROMOTER_JOB_SERVICE_ACCOUNT
  value: {{ .Values.largeCopies.serviceAccountName | default (include "promoter-admission.serviceAccountName" .) | quote }}
- name: PROMOTER_JOB_CONFIG_MAP
  value: {{ include "promoter-admission.configMap" . | quote }}
{{- with .Values.imagePullSecrets }}
{{- $names := list }}
{{- range . }}{{ $names = append $names .name }}{{ end }}
- name: PROMOTER_JOB_PULL_SECRETS
  value: {{ join "," $names | quote }}
{{- end }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "promoter-admission.volumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: 16Mi
# A whole volume, no subPath: only then do changes of the ConfigMap arrive.
- name: config
  configMap:
    name: {{ include "promoter-admission.configMap" . }}
{{- if ne .Values.tls.mode "selfManaged" }}
- name: tls
  secret:
    secretName: {{ include "promoter-admission.tlsSecret" . }}
{{- end }}
{{- with .Values.tls.clientCaSecret }}
- name: client-ca
  secret:
    secretName: {{ . }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "promoter-admission.volumeMounts" -}}
- name: tmp
  mountPath: /tmp
- name: config
  mountPath: /etc/promoter
  readOnly: true
{{- if ne .Values.tls.mode "selfManaged" }}
- name: tls
  mountPath: /etc/promoter-tls
  readOnly: true
{{- end }}
{{- if .Values.tls.clientCaSecret }}
- name: client-ca
  mountPath: /etc/promoter-client-ca
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "promoter-admission.spread" -}}
{{- if .Values.topologySpreadConstraints -}}
{{- toYaml .Values.topologySpreadConstraints -}}
{{- else -}}
{{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
- maxSkew: 1
  topologyKey: {{ $key }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "promoter-admission.selectorLabels" $ | nindent 6 }}
{{- end }}
{{- end -}}
{{- end -}}
