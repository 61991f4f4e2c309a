{{/* Up at once, down one by one: each change moves partitions. */}}
{{- define "paylog.indexerBehavior" -}}
scaleUp:
  stabilizationWindowSeconds: 30
  policies:
    - { type: Percent, value: 100, periodSeconds: 60 }
scaleDown:
  stabilizationWindowSeconds: {{ .Values.indexer.autoscaling.scaleDownSeconds }}
  policies:
    - { type: Pods, value: 1, periodSeconds: 120 }
{{- end -}}
