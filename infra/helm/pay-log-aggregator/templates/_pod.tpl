{{/* Security of every pod: the restricted profile of Kubernetes. */}}
{{- define "paylog.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: {{ .Values.podSecurity.runAsUser | int64 }}
runAsGroup: {{ .Values.podSecurity.runAsGroup | int64 }}
fsGroup: {{ .Values.podSecurity.runAsGroup | int64 }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "paylog.containerSecurityContext" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: {{ .Values.podSecurity.runAsUser | int64 }}
runAsGroup: {{ .Values.podSecurity.runAsGroup | int64 }}
capabilities:
  drop: [ALL]
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* Labels for a service mesh. Argument: (dict "root" $ "component" "api" "sidecar" true). */}}
{{- define "paylog.meshLabels" -}}
{{- if eq .root.Values.mesh.type "istio" }}
sidecar.istio.io/inject: {{ .sidecar | quote }}
app: {{ include "paylog.fullname" .root }}-{{ .component }}
version: {{ .root.Chart.AppVersion | quote }}
{{- end }}
{{- end -}}

{{- define "paylog.meshAnnotations" -}}
{{- if eq .root.Values.mesh.type "istio" }}
{{- if .sidecar }}
proxy.istio.io/config: '{"holdApplicationUntilProxyStarts":true}'
{{- end }}
{{- else if eq .root.Values.mesh.type "linkerd" }}
linkerd.io/inject: {{ ternary "enabled" "disabled" .sidecar }}
{{- end }}
{{- end -}}

{{- define "paylog.tlsMounts" -}}
{{- if and .Values.kafka.tls.enabled .Values.kafka.tls.caSecret }}
- name: kafka-ca
  mountPath: /etc/paylog/tls/kafka
  readOnly: true
{{- end }}
{{- if .Values.elasticsearch.tls.caSecret }}
- name: elasticsearch-ca
  mountPath: /etc/paylog/tls/elasticsearch
  readOnly: true
{{- end }}
{{- end -}}

{{- define "paylog.tlsVolumes" -}}
{{- with .Values.kafka.tls }}
{{- if and .enabled .caSecret }}
- name: kafka-ca
  secret:
    secretName: {{ .caSecret | quote }}
    items: [{ key: {{ .caKey | quote }}, path: ca.crt }]
{{- end }}
{{- end }}
{{- with .Values.elasticsearch.tls }}
{{- if .caSecret }}
- name: elasticsearch-ca
  secret:
    secretName: {{ .caSecret | quote }}
    items: [{ key: {{ .caKey | quote }}, path: ca.crt }]
{{- end }}
{{- end }}
{{- end -}}

{{/* Spread over zones and nodes. Argument: (dict "root" $ "component" "api"). */}}
{{- define "paylog.topologySpread" -}}
{{- $context := . -}}
{{- range $key, $topology := dict "zone" "topology.kubernetes.io/zone" "host" "kubernetes.io/hostname" }}
{{- with get $context.root.Values.topologySpread $key }}
- maxSkew: 1
  topologyKey: {{ $topology }}
  whenUnsatisfiable: {{ . }}
  labelSelector:
    matchLabels:
      {{- include "paylog.selector" $context | nindent 6 }}
  matchLabelKeys: [{{ ternary "controller-revision-hash" "pod-template-hash" (and (eq $context.component "indexer") (eq $context.root.Values.indexer.kind "StatefulSet")) }}]
{{- end }}
{{- end }}
{{- end -}}

{{/* The pod template of both processes. Argument: (dict "root" $ "component" "api"). */}}
{{- define "paylog.podTemplate" -}}
{{- $root := .root -}}
{{- $component := .component -}}
{{- $own := get $root.Values $component -}}
{{- $port := include "paylog.port" $component -}}
{{- $service := dict "root" $root "service" $component -}}
{{- $mesh := dict "root" $root "component" $component "sidecar" true -}}
metadata:
  labels:
    {{- include "paylog.labels" . | nindent 4 }}
    {{- include "paylog.meshLabels" $mesh | nindent 4 }}
    {{- with $own.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    # Pods are replaced when their settings change.
    checksum/config: {{ include "paylog.config" $service | sha256sum }}
    checksum/secret: {{ include "paylog.givenSecrets" $root | sha256sum }}
    {{- include "paylog.meshAnnotations" $mesh | nindent 4 }}
    {{- with $own.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "paylog.fullname" $root }}-{{ $component }}
  automountServiceAccountToken: false
  # Variables such as KAFKA_PORT, which Kubernetes makes of services in the namespace, would be taken for misspelled settings.
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ include "paylog.graceSeconds" $service }}
  {{- with $root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $own.priorityClassName }}
  priorityClassName: {{ . | quote }}
  {{- end }}
  securityContext:
    {{- include "paylog.podSecurityContext" $root | nindent 4 }}
  containers:
    - name: {{ $component }}
      image: {{ include "paylog.image" (dict "root" $root "image" $own.image) | quote }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      securityContext:
        {{- include "paylog.containerSecurityContext" $root | nindent 8 }}
      ports:
        - name: http
          containerPort: {{ $port }}
          protocol: TCP
      envFrom:
        - configMapRef:
            name: {{ include "paylog.fullname" $root }}-{{ $component }}
      {{- $login := dict "root" $root "secretName" (include "paylog.secretName" $root) }}
      {{- with printf "%s%s%s%s" (include "paylog.member" .) (include "paylog.kafkaLogin" $login) (include "paylog.storeLogin" $login) (include "paylog.tracingLogin" $login) | trim }}
      env:
        {{- . | nindent 8 }}
      {{- end }}
      {{- /* All pods of the API share one Kafka: without it they stay in the service, to search and to say when to send again. */ -}}
      {{- $readiness := get (dict "api" "/health/serving" "indexer" "/health/ready") $component }}
      {{- range $probe, $path := dict "startup" "/health" "liveness" "/health/live" "readiness" $readiness }}
      {{ $probe }}Probe:
        httpGet:
          path: {{ $path }}
          port: http
        {{- toYaml (get $own.probes $probe) | nindent 8 }}
      {{- end }}
      {{- if gt (int $own.preStopSeconds) 0 }}
      lifecycle:
        preStop:
          sleep:
            seconds: {{ $own.preStopSeconds }}
      {{- end }}
      resources:
        {{- toYaml $own.resources | nindent 8 }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        {{- if $root.Values.logFiles.enabled }}
        - name: log-files
          mountPath: /var/log/paylog
        {{- end }}
        {{- if $root.Values.profiling.enabled }}
        - name: profiles
          mountPath: /var/lib/paylog/profiles
        {{- end }}
        {{- include "paylog.tlsMounts" $root | nindent 8 }}
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: 64Mi
    {{- if $root.Values.logFiles.enabled }}
    - name: log-files
      emptyDir:
        sizeLimit: {{ $root.Values.logFiles.sizeLimit }}
    {{- end }}
    {{- if $root.Values.profiling.enabled }}
    - name: profiles
      emptyDir:
        sizeLimit: {{ $root.Values.profiling.sizeLimit }}
    {{- end }}
    {{- include "paylog.tlsVolumes" $root | nindent 4 }}
  {{- with include "paylog.topologySpread" . | trim }}
  topologySpreadConstraints:
    {{- . | nindent 4 }}
  {{- end }}
  {{- with $own.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $own.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $own.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
