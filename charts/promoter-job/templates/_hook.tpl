{{/*
The hook Job, for an application's own chart:

  {{- include "promoter-job.hook" (dict "ctx" $ "images" (list .Values.image .Values.sidecar.image)) }}

ctx     the root context ($)
images  references, or maps of {registry, repository, tag, digest}
key     under which the values of this chart stand in yours; default "promoter-job", your alias if the dependency has one
*/}}
{{- define "promoter-job.hook" -}}
{{- $key := .key | default "promoter-job" -}}
{{- $values := index .ctx.Values $key -}}
{{- if not $values -}}
{{- fail (printf "promoter-job: there are no values under %q: is promoter-job listed in the dependencies of Chart.yaml, and is \"key\" its alias?" $key) -}}
{{- end -}}
{{- if not .images -}}
{{- fail "promoter-job: the template \"promoter-job.hook\" was included without images" -}}
{{- end -}}
{{- include "promoter-job.job" (dict "ctx" .ctx "values" $values "images" .images "version" (index .ctx.Subcharts $key).Chart.AppVersion) -}}
{{- end -}}

{{/* The Job. Scope: {ctx, values, images, version}. */}}
{{- define "promoter-job.job" -}}
{{- $values := .values -}}
{{- if not (or (and $values.from $values.to) $values.config $values.configMap.name) -}}
{{- fail "promoter-job: where do images come from? Set `from` and `to`, or `config`, or `configMap.name`" -}}
{{- end -}}
{{- if and $values.config $values.configMap.name -}}
{{- fail "promoter-job: `config` and `configMap.name` are both set: keep one" -}}
{{- end -}}
apiVersion: batch/v1
kind: Job
metadata:
  {{- if $values.hook.generateName }}
  generateName: {{ include "promoter-job.name" . }}-
  {{- else }}
  name: {{ include "promoter-job.name" . }}
  {{- end }}
  namespace: {{ .ctx.Release.Namespace }}
  labels:
    {{- include "promoter-job.labels" . | nindent 4 }}
  {{- if or (ne $values.hook.type "none") $values.hook.annotations }}
  annotations:
    {{- with (include "promoter-job.hookAnnotations" (dict "values" $values "wave" $values.hook.syncWave) | trim) }}
    {{- . | nindent 4 }}
    {{- end }}
    {{- with $values.hook.annotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
spec:
  {{- if gt (int $values.shards) 1 }}
  completionMode: Indexed
  completions: {{ $values.shards | int }}
  parallelism: {{ $values.shards | int }}
  {{- end }}
  backoffLimit: {{ $values.job.backoffLimit | int }}
  activeDeadlineSeconds: {{ $values.job.activeDeadlineSeconds | int }}
  {{- with $values.job.ttlSecondsAfterFinished }}
  ttlSecondsAfterFinished: {{ . | int }}
  {{- end }}
  podFailurePolicy:
    rules:
      # A drained or preempted node says nothing about the images: not counted.
      - action: Ignore
        onPodConditions:
          - type: DisruptionTarget
            status: "True"
      - action: FailJob
        onExitCodes:
          containerName: promote
          operator: In
          values: {{ include "promoter-job.exitCodes" $values.job.failOnExitCodes }}
  template:
    metadata:
      labels:
        {{- include "promoter-job.labels" . | nindent 8 }}
        {{- with $values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- if or $values.config $values.podAnnotations }}
      annotations:
        {{- if $values.config }}
        promoter.dev/config: |
          {{- include "promoter-job.config" . | nindent 10 }}
        {{- end }}
        {{- with $values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
    spec:
      {{- include "promoter-job.podSpec" . | nindent 6 }}
{{- end -}}

{{/* The configuration file, with its head where the values leave it out. */}}
{{- define "promoter-job.config" -}}
{{- merge (deepCopy .values.config) (dict "apiVersion" "promoter.dev/v1alpha1" "kind" "PromotionConfig") | toYaml -}}
{{- end -}}

{{/* The exit codes in ascending order, as the API server wants them. */}}
{{- define "promoter-job.exitCodes" -}}
{{- $wanted := list -}}
{{- range . -}}{{- $wanted = append $wanted (int .) -}}{{- end -}}
{{- $ordered := list -}}
{{- range $code := untilStep 1 256 1 -}}
{{- if has $code $wanted -}}{{- $ordered = append $ordered $code -}}{{- end -}}
{{- end -}}
[{{ join ", " $ordered }}]
{{- end -}}
