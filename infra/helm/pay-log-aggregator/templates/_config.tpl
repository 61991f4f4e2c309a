{{/* A setting as text. YAML hands numbers over as floats, which would be written as 1.048576e+06. */}}
{{- define "paylog.text" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) -}}{{ printf "%.0f" . }}{{- else -}}{{ toString . }}{{- end -}}
{{- end -}}

{{/* Milliseconds of a time as docs/config.md writes it: 500, 500ms, 30s, 5m, 12h, 7d. */}}
{{- define "paylog.milliseconds" -}}
{{- $text := trim . -}}
{{- if not (regexMatch "^[0-9]+ *(ms|s|m|h|d)?$" $text) -}}
{{- fail (printf "%q is not a time such as 500, 500ms, 30s, 5m, 12h or 7d" $text) -}}
{{- end -}}
{{- $factors := dict "" 1 "ms" 1 "s" 1000 "m" 60000 "h" 3600000 "d" 86400000 -}}
{{- mul (regexFind "^[0-9]+" $text | int64) (get $factors (regexFind "[a-z]*$" $text)) -}}
{{- end -}}

{{/* What connects a process, as YAML: environment variables of docs/config.md, none of them a secret. */}}
{{- define "paylog.connections" -}}
KAFKA_BROKERS: {{ join "," .Values.kafka.brokers | quote }}
KAFKA_TOPIC: {{ .Values.kafka.topic | quote }}
{{- with .Values.kafka.directTopic }}
KAFKA_DIRECT_TOPIC: {{ . | quote }}
{{- end }}
{{- with .Values.kafka.deadLetterTopic }}
KAFKA_DLQ_TOPIC: {{ . | quote }}
{{- end }}
KAFKA_GROUP: {{ .Values.kafka.group | quote }}
KAFKA_PARTITIONS: {{ include "paylog.text" .Values.kafka.partitions | quote }}
{{- if .Values.kafka.tls.enabled }}
KAFKA_SSL: 'true'
{{- if .Values.kafka.tls.caSecret }}
KAFKA_SSL_CA_FILE: /etc/paylog/tls/kafka/ca.crt
{{- end }}
{{- end }}
{{- with .Values.kafka.sasl }}
{{- if .mechanism }}
KAFKA_SASL_MECHANISM: {{ .mechanism | quote }}
{{- with .username }}
KAFKA_SASL_USERNAME: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "paylog.storeConnection" -}}
ELASTICSEARCH_URL: {{ .Values.elasticsearch.url | quote }}
{{- if .Values.elasticsearch.tls.caSecret }}
ELASTICSEARCH_CA_FILE: /etc/paylog/tls/elasticsearch/ca.crt
{{- end }}
{{- with .Values.elasticsearch.auth }}
{{- if and (eq .type "basic") .username }}
ELASTICSEARCH_USERNAME: {{ .username | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/*
All settings of a process, as YAML of texts; what is more special goes before what is more general. A process reads its own settings only,
so that `config` may name those of both. Argument: (dict "root" $ "service" "api"|"indexer"|"setup").
*/}}
{{- define "paylog.config" -}}
{{- $values := .root.Values -}}
{{- $config := include "paylog.connections" .root | fromYaml -}}
{{- range $key, $value := include "paylog.storeConnection" .root | fromYaml -}}
{{- $_ := set $config $key $value -}}
{{- end -}}
{{- /* The set-up job has the configuration of the indexer: both must speak of the same topics and the same indices. */ -}}
{{- $service := ternary "indexer" .service (eq .service "setup") -}}
{{- if ne .service "setup" -}}
{{- $_ := set $config "PORT" (include "paylog.port" .service) -}}
{{- if $values.setupJob.enabled -}}
{{- $_ := set $config "KAFKA_CREATE_TOPICS" "false" -}}
{{- if eq .service "indexer" -}}
{{- $_ := set $config "INDEX_INSTALL_TEMPLATE" "false" -}}
{{- end -}}
{{- end -}}
{{- if and (eq .service "indexer") (eq $values.indexer.kind "StatefulSet") -}}
{{- $_ := set $config "KAFKA_SESSION_TIMEOUT_MS" "2m" -}}
{{- end -}}
{{- if $values.tracing.endpoint -}}
{{- $_ := set $config "OTEL_EXPORTER_OTLP_ENDPOINT" $values.tracing.endpoint -}}
{{- else -}}
{{- $_ := set $config "OTEL_TRACES_EXPORTER" "none" -}}
{{- end -}}
{{- if $values.logFiles.enabled -}}
{{- $_ := set $config "LOG_DIR" "/var/log/paylog" -}}
{{- end -}}
{{- if $values.profiling.enabled -}}
{{- $_ := set $config "PROFILE_DIR" "/var/lib/paylog/profiles" -}}
{{- end -}}
{{- end -}}
{{- range $given := list $values.config (get $values $service).config -}}
{{- range $key, $value := $given -}}
{{- $_ := set $config $key (include "paylog.text" $value) -}}
{{- end -}}
{{- end -}}
{{- range $key, $value := $config }}
{{ $key }}: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- define "paylog.port" -}}
{{- get (dict "api" "8000" "indexer" "8001") . -}}
{{- end -}}

{{/*
Seconds that a process may take after SIGTERM: stopTimeoutFrom() of shared/src/composition/stop-timeout-from.ts, rounded up. The defaults
are those of docs/config.md; a test compares both. Argument: (dict "root" $ "service" "api").
*/}}
{{- define "paylog.stopSeconds" -}}
{{- $config := include "paylog.config" . | fromYaml -}}
{{- $drain := include "paylog.milliseconds" (get $config "DRAIN_TIMEOUT_MS" | default "20s") | int64 -}}
{{- $publish := include "paylog.milliseconds" (get $config "PUBLISH_TIMEOUT_MS" | default "4500ms") | int64 -}}
{{- $closing := 5000 -}}
{{- div (add $drain $publish $closing 999) 1000 -}}
{{- end -}}

{{/* terminationGracePeriodSeconds. Argument: (dict "root" $ "service" "api"). */}}
{{- define "paylog.graceSeconds" -}}
{{- $own := get .root.Values .service -}}
{{- $least := add (int $own.preStopSeconds) (int (include "paylog.stopSeconds" .)) -}}
{{- $given := int $own.terminationGracePeriodSeconds -}}
{{- if eq $given 0 -}}
{{- add $least 5 -}}
{{- else if le $given (int $least) -}}
{{- fail (printf "%s.terminationGracePeriodSeconds is %d, but preStop, draining, publishing and closing may take %d s: the pod would be killed while it stops" .service $given $least) -}}
{{- else -}}
{{- $given -}}
{{- end -}}
{{- end -}}

{{/* Name of the secret that the release makes from values. */}}
{{- define "paylog.secretName" -}}
{{ include "paylog.fullname" . }}
{{- end -}}

{{/* Logins that are given as values, as YAML: environment variable to text. */}}
{{- define "paylog.givenSecrets" -}}
{{- with .Values.kafka.sasl }}
{{- if and .mechanism (not .existingSecret) }}
KAFKA_SASL_PASSWORD: {{ .password | quote }}
{{- end }}
{{- end }}
{{- with .Values.elasticsearch.auth }}
{{- if not .existingSecret }}
{{- if eq .type "basic" }}
ELASTICSEARCH_PASSWORD: {{ .password | quote }}
{{- else if eq .type "apiKey" }}
ELASTICSEARCH_API_KEY: {{ .apiKey | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/*
Logins, as variables of a container. Argument: (dict "root" $ "secretName" "..." "own" ""): the secret that is made of values, and one that
is used instead of the login of the pods, with the same keys; the user name stands in it too.
*/}}
{{- define "paylog.kafkaLogin" -}}
{{- $made := .secretName -}}
{{- $own := .own | default "" -}}
{{- with .root.Values.kafka.sasl }}
{{- if .mechanism }}
{{- $secret := default .existingSecret $own }}
{{- if or $own (and $secret (not .username)) }}
- name: KAFKA_SASL_USERNAME
  valueFrom: { secretKeyRef: { name: {{ $secret | quote }}, key: {{ .usernameKey | quote }} } }
{{- end }}
- name: KAFKA_SASL_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ $secret | default $made | quote }}, key: {{ ternary .passwordKey "KAFKA_SASL_PASSWORD" (ne $secret "") | quote }} } }
{{- end }}
{{- end }}
{{- end -}}

{{- define "paylog.storeLogin" -}}
{{- $made := .secretName -}}
{{- $own := .own | default "" -}}
{{- with .root.Values.elasticsearch.auth }}
{{- $secret := default .existingSecret $own }}
{{- $given := ne $secret "" }}
{{- if eq .type "basic" }}
{{- if or $own (and $given (not .username)) }}
- name: ELASTICSEARCH_USERNAME
  valueFrom: { secretKeyRef: { name: {{ $secret | quote }}, key: {{ .usernameKey | quote }} } }
{{- end }}
- name: ELASTICSEARCH_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ $secret | default $made | quote }}, key: {{ ternary .passwordKey "ELASTICSEARCH_PASSWORD" $given | quote }} } }
{{- else if eq .type "apiKey" }}
- name: ELASTICSEARCH_API_KEY
  valueFrom: { secretKeyRef: { name: {{ $secret | default $made | quote }}, key: {{ ternary .apiKeyKey "ELASTICSEARCH_API_KEY" $given | quote }} } }
{{- end }}
{{- end }}
{{- end -}}

{{/* The login for the receiver of traces. */}}
{{- define "paylog.tracingLogin" -}}
{{- with .root.Values.tracing }}
{{- if .existingSecret }}
- name: OTEL_EXPORTER_OTLP_HEADERS
  valueFrom: { secretKeyRef: { name: {{ .existingSecret | quote }}, key: {{ .headersKey | quote }} } }
{{- end }}
{{- end }}
{{- end -}}

{{/* Which static member of its group a pod is. Argument: (dict "root" $ "component" "indexer"). */}}
{{- define "paylog.member" -}}
{{- if and (eq .component "indexer") (eq .root.Values.indexer.kind "StatefulSet") }}
- name: KAFKA_GROUP_INSTANCE_ID
  valueFrom: { fieldRef: { fieldPath: metadata.name } }
{{- end }}
{{- end -}}

{{/* Port of a URL: what stands behind the host, else that of its scheme. */}}
{{- define "paylog.urlPort" -}}
{{- $host := (urlParse .).host -}}
{{- $port := regexFind ":[0-9]+$" $host | trimPrefix ":" -}}
{{- default (ternary "443" "80" (hasPrefix "https:" .)) $port -}}
{{- end -}}

{{/* `keda`, `hpa` or `none`. */}}
{{- define "paylog.indexerScaling" -}}
{{- $mode := .Values.indexer.autoscaling.mode -}}
{{- if eq $mode "auto" -}}
{{- ternary "keda" "hpa" (.Capabilities.APIVersions.Has "keda.sh/v1alpha1") -}}
{{- else -}}
{{- $mode -}}
{{- end -}}
{{- end -}}

{{- define "paylog.indexerMaxReplicas" -}}
{{- default .Values.kafka.partitions (.Values.indexer.autoscaling.maxReplicas | int) -}}
{{- end -}}
