{{/* The command line. Scope: {ctx, values, images}. */}}
{{- define "promoter-job.args" -}}
{{- $values := .values -}}
- promote
{{- range (include "promoter-job.references" . | fromJsonArray) }}
- {{ . | quote }}
{{- end }}
{{- if or $values.config $values.configMap.name }}
- --config
- /etc/promoter/{{ ternary "config.yaml" $values.configMap.key (not (empty $values.config)) }}
{{- end }}
{{- with $values.from }}
- --from
- {{ . | quote }}
{{- end }}
{{- with $values.to }}
- --to
- {{ . | quote }}
{{- end }}
{{- if gt (int $values.shards) 1 }}
- --shards
- {{ $values.shards | int | toString | quote }}
{{- end }}
{{- with $values.report.configMap }}
- --report-configmap
- {{ . }}
{{- end }}
{{- with $values.log.format }}
- --log-format
- {{ . }}
{{- end }}
{{- range $values.extraArgs }}
- {{ tpl . $.ctx | quote }}
{{- end }}
{{- end -}}

{{- define "promoter-job.env" -}}
{{- $values := .values -}}
{{- /* Without an identity of its own the pod says so at once, instead of waiting for the node's metadata service. */ -}}
- name: AWS_EC2_METADATA_DISABLED
  value: "true"
{{- with $values.aws.region }}
- name: AWS_REGION
  value: {{ . | quote }}
{{- end }}
- name: DOTNET_EnableDiagnostics
  value: "0"
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: JOB_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.labels['job-name']
- name: JOB_UID
  valueFrom:
    fieldRef:
      fieldPath: metadata.labels['controller-uid']
{{- if not $values.events.enabled }}
- name: PROMOTER_REPORT_EVENTS
  value: "false"
{{- end }}
{{- with $values.notifications.secretName }}
{{- range $variable, $key := dict "PROMOTER_SLACK_URL" "slack-url" "PROMOTER_CLOUDEVENTS_URL" "cloudevents-url" "PROMOTER_CLOUDEVENTS_TOKEN" "cloudevents-token" }}
- name: {{ $variable }}
  valueFrom:
    secretKeyRef:
      name: {{ $values.notifications.secretName }}
      key: {{ $key }}
      optional: true
{{- end }}
- name: PROMOTER_NOTIFICATIONS_WHEN
  value: {{ $values.notifications.when }}
{{- end }}
{{- with $values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "promoter-job.volumes" -}}
{{- $values := .values -}}
- name: tmp
  emptyDir:
    sizeLimit: 16Mi
{{- if $values.config }}
- name: config
  downwardAPI:
    items:
      - path: config.yaml
        fieldRef:
          fieldPath: metadata.annotations['promoter.dev/config']
{{- else if $values.configMap.name }}
- name: config
  configMap:
    name: {{ $values.configMap.name }}
    items:
      - key: {{ $values.configMap.key }}
        path: {{ $values.configMap.key }}
{{- end }}
{{- with $values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "promoter-job.podSpec" -}}
{{- $values := .values -}}
restartPolicy: Never
serviceAccountName: {{ $values.serviceAccount.name }}
{{- /* The token is for the API server alone; the AWS identity has one of its own. */}}
automountServiceAccountToken: {{ or $values.events.enabled (not (empty $values.report.configMap)) }}
{{- /* A Service called promote-image-0 would otherwise set variables that look like images. */}}
enableServiceLinks: false
terminationGracePeriodSeconds: {{ $values.job.terminationGracePeriodSeconds | int }}
{{- with $values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
containers:
  - name: promote
    image: {{ include "promoter-job.promoterImage" . | quote }}
    imagePullPolicy: {{ $values.image.pullPolicy }}
    args:
      {{- include "promoter-job.args" . | nindent 6 }}
    env:
      {{- include "promoter-job.env" . | nindent 6 }}
    {{- with $values.extraEnvFrom }}
    envFrom:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    terminationMessagePolicy: FallbackToLogsOnError
    {{- with $values.securityContext }}
    securityContext:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    {{- with $values.resources }}
    resources:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    volumeMounts:
      - name: tmp
        mountPath: /tmp
      {{- if or $values.config $values.configMap.name }}
      - name: config
        mountPath: /etc/promoter
        readOnly: true
      {{- end }}
      {{- with $values.extraVolumeMounts }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
volumes:
  {{- include "promoter-job.volumes" . | nindent 2 }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* promoter's own image; without a tag or digest of its own, the chart's version. Scope: {ctx, values, version}. */}}
{{- define "promoter-job.promoterImage" -}}
{{- $image := .values.image -}}
{{- if not $image.repository -}}
{{- fail "promoter-job: image.repository is not set: name the repository that holds promoter itself, for example 222222222222.dkr.ecr.eu-west-1.amazonaws.com/promoter" -}}
{{- end -}}
{{- $tag := $image.tag | default (ternary "" .version (not (empty $image.digest))) -}}
{{- include "promoter-job.reference" (dict "ctx" .ctx "image" (dict "registry" $image.registry "repository" $image.repository "tag" $tag "digest" $image.digest)) -}}
{{- end -}}
