{{/* Values that contradict each other: all of them at once, each with what to do. What one value alone may be stands in values.schema.json. */}}
{{- define "paylog.validate" -}}
{{- $faults := list -}}
{{- $sasl := .Values.kafka.sasl -}}
{{- if and $sasl.mechanism (not $sasl.existingSecret) (not (and $sasl.username $sasl.password)) -}}
{{- $faults = append $faults "kafka.sasl.mechanism needs kafka.sasl.existingSecret, or username and password" -}}
{{- end -}}
{{- if and (not $sasl.mechanism) (or $sasl.username $sasl.password $sasl.existingSecret) -}}
{{- $faults = append $faults "kafka.sasl has a login but no mechanism: set kafka.sasl.mechanism" -}}
{{- end -}}
{{- if and $sasl.existingSecret $sasl.password -}}
{{- $faults = append $faults "kafka.sasl.password and kafka.sasl.existingSecret exclude each other" -}}
{{- end -}}
{{- if and .Values.kafka.tls.caSecret (not .Values.kafka.tls.enabled) -}}
{{- $faults = append $faults "kafka.tls.caSecret needs kafka.tls.enabled=true, else the authority is not used" -}}
{{- end -}}
{{- $auth := .Values.elasticsearch.auth -}}
{{- if and (eq $auth.type "basic") (not $auth.existingSecret) (not (and $auth.username $auth.password)) -}}
{{- $faults = append $faults "elasticsearch.auth.type=basic needs elasticsearch.auth.existingSecret, or username and password" -}}
{{- end -}}
{{- if and (eq $auth.type "apiKey") (not $auth.existingSecret) (not $auth.apiKey) -}}
{{- $faults = append $faults "elasticsearch.auth.type=apiKey needs elasticsearch.auth.existingSecret or apiKey" -}}
{{- end -}}
{{- if and (eq $auth.type "none") (or $auth.username $auth.password $auth.apiKey $auth.existingSecret) -}}
{{- $faults = append $faults "elasticsearch.auth has a login but type=none: set elasticsearch.auth.type to basic or apiKey" -}}
{{- end -}}
{{- if and $auth.existingSecret (or $auth.password $auth.apiKey) -}}
{{- $faults = append $faults "elasticsearch.auth.existingSecret excludes password and apiKey" -}}
{{- end -}}
{{- if and .Values.elasticsearch.tls.caSecret (not (hasPrefix "https://" .Values.elasticsearch.url)) -}}
{{- $faults = append $faults "elasticsearch.tls.caSecret needs an https:// URL in elasticsearch.url, else the authority is not used" -}}
{{- end -}}
{{- if and .Values.setupJob.kafkaSecret (not $sasl.mechanism) -}}
{{- $faults = append $faults "setupJob.kafkaSecret has a login but no mechanism: set kafka.sasl.mechanism" -}}
{{- end -}}
{{- if and .Values.setupJob.elasticsearchSecret (eq $auth.type "none") -}}
{{- $faults = append $faults "setupJob.elasticsearchSecret has a login but elasticsearch.auth.type=none: set it to basic or apiKey" -}}
{{- end -}}
{{- if and (or .Values.setupJob.kafkaSecret .Values.setupJob.elasticsearchSecret) (not .Values.setupJob.enabled) -}}
{{- $faults = append $faults "setupJob has a login but is off: set setupJob.enabled" -}}
{{- end -}}
{{- $most := int (include "paylog.indexerMaxReplicas" .) -}}
{{- $partitions := int .Values.kafka.partitions -}}
{{- if gt $most $partitions -}}
{{- $faults = append $faults (printf "indexer.autoscaling.maxReplicas is %d, but kafka.partitions is %d: more indexers than partitions have nothing to do" $most $partitions) -}}
{{- end -}}
{{- if and (eq .Values.indexer.autoscaling.mode "none") (gt (int .Values.indexer.replicas) $partitions) -}}
{{- $faults = append $faults (printf "indexer.replicas is %d, but kafka.partitions is %d: more indexers than partitions have nothing to do" (int .Values.indexer.replicas) $partitions) -}}
{{- end -}}
{{- if gt (int .Values.indexer.autoscaling.minReplicas) $most -}}
{{- $faults = append $faults (printf "indexer.autoscaling.minReplicas is %d, more than the most pods (%d)" (int .Values.indexer.autoscaling.minReplicas) $most) -}}
{{- end -}}
{{- if gt (int .Values.indexer.autoscaling.fallbackReplicas) $most -}}
{{- $faults = append $faults (printf "indexer.autoscaling.fallbackReplicas is %d, more than the most pods (%d)" (int .Values.indexer.autoscaling.fallbackReplicas) $most) -}}
{{- end -}}
{{- if eq .Values.indexer.kind "StatefulSet" -}}
{{- $indexer := dict "root" . "service" "indexer" -}}
{{- $session := get (include "paylog.config" $indexer | fromYaml) "KAFKA_SESSION_TIMEOUT_MS" -}}
{{- $least := add (include "paylog.graceSeconds" $indexer | int64) 30 -}}
{{- if lt (include "paylog.milliseconds" $session | int64) (mul $least 1000) -}}
{{- $faults = append $faults (printf "indexer.kind=StatefulSet needs a KAFKA_SESSION_TIMEOUT_MS of at least %ds, it is %s: a pod may take so long to stop and its successor to start, and would lose its partitions" $least $session) -}}
{{- end -}}
{{- end -}}
{{- /* As relations.ts of shared/src/config, with the defaults of docs/config.md: the indexers would not start. A test compares both. */ -}}
{{- $settings := include "paylog.config" (dict "root" . "service" "indexer") | fromYaml -}}
{{- $kept := get $settings "RETENTION_DAYS" | default "400" -}}
{{- $past := get $settings "INDEX_DAYS_PAST" | default "400" -}}
{{- if and (ne (int $kept) 0) (gt (int $past) (int $kept)) -}}
{{- $faults = append $faults (printf "RETENTION_DAYS is %s, but INDEX_DAYS_PAST is %s (its default is 400): an older day would be dropped as soon as it is written; set INDEX_DAYS_PAST to %s or less in config" $kept $past $kept) -}}
{{- end -}}
{{- $scaling := .Values.api.autoscaling -}}
{{- if and $scaling.enabled (gt (int $scaling.minReplicas) (int $scaling.maxReplicas)) -}}
{{- $faults = append $faults "api.autoscaling.minReplicas is more than api.autoscaling.maxReplicas" -}}
{{- end -}}
{{- if and .Values.tracing.existingSecret (not .Values.tracing.endpoint) -}}
{{- $faults = append $faults "tracing.existingSecret needs tracing.endpoint, else no traces are sent" -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) -}}
{{- $faults = append $faults "ingress.enabled needs ingress.hosts" -}}
{{- end -}}
{{- if and .Values.gateway.enabled (not .Values.gateway.parentRefs) -}}
{{- $faults = append $faults "gateway.enabled needs gateway.parentRefs" -}}
{{- end -}}
{{- if $faults -}}
{{- fail (printf "\n\nThe values contradict each other:\n- %s\n" (join "\n- " $faults)) -}}
{{- end -}}
{{- end -}}
