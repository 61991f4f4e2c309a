{{/* Rules of egress, for those policies that need them. Argument of each: the root. */}}
{{- define "paylog.egressToNames" -}}
# Names.
- ports:
    - { port: 53, protocol: UDP }
    - { port: 53, protocol: TCP }
  {{- with .Values.networkPolicy.dnsTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "paylog.egressToKafka" -}}
# The brokers.
- ports:
    {{- $ports := list }}
    {{- range .Values.kafka.brokers }}
    {{- $ports = append $ports (regexFind "[0-9]+$" .) }}
    {{- end }}
    {{- range .Values.networkPolicy.kafkaPorts }}
    {{- $ports = append $ports (include "paylog.text" .) }}
    {{- end }}
    {{- range $ports | uniq }}
    - { port: {{ . }}, protocol: TCP }
    {{- end }}
  {{- with .Values.networkPolicy.kafkaTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "paylog.egressToStore" -}}
# The store.
- ports:
    - { port: {{ include "paylog.urlPort" .Values.elasticsearch.url }}, protocol: TCP }
  {{- with .Values.networkPolicy.elasticsearchTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
