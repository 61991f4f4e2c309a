{{/* Annotations of what is there for the job only. Argument: its weight. */}}
{{- define "paylog.setupHook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: {{ . | quote }}
{{- end -}}

{{/* A command of the job. Argument: (dict "root" $ "name" "topics" "args" (list "topics" "create")). */}}
{{- define "paylog.setupContainer" -}}
{{- $job := .root.Values.setupJob -}}
{{- $secretName := printf "%s-setup" (include "paylog.fullname" .root) -}}
{{- $kafka := dict "root" .root "secretName" $secretName "own" $job.kafkaSecret -}}
{{- $store := dict "root" .root "secretName" $secretName "own" $job.elasticsearchSecret -}}
- name: {{ .name }}
  image: {{ include "paylog.image" (dict "root" .root "image" $job.image) | quote }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args: {{ toJson .args }}
  securityContext:
    {{- include "paylog.containerSecurityContext" .root | nindent 4 }}
  envFrom:
    - configMapRef:
        name: {{ $secretName }}
  {{- with printf "%s%s" (include "paylog.kafkaLogin" $kafka) (include "paylog.storeLogin" $store) | trim }}
  env:
    {{- . | nindent 4 }}
  {{- end }}
  resources:
    {{- toYaml $job.resources | nindent 4 }}
  volumeMounts:
    - name: tmp
      mountPath: /tmp
    {{- include "paylog.tlsMounts" .root | nindent 4 }}
{{- end -}}
