{{- define "messenger.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "messenger.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "messenger.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "messenger.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What selects pods: never a version, because a selector cannot change. */}}
{{- define "messenger.selector" -}}
app.kubernetes.io/name: {{ include "messenger.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "messenger.labels" -}}
{{ include "messenger.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "messenger.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{- define "messenger.trialSecret" -}}
{{ include "messenger.fullname" . }}-trial
{{- end -}}

{{/* The environment of every process. Takes (dict "root" $ "role" ROLE). */}}
{{- define "messenger.env" -}}
{{- $root := .root -}}
{{- $trial := $root.Values.trial.enabled -}}
- name: ConnectionStrings__Postgres
  valueFrom:
    secretKeyRef:
      name: {{ $trial | ternary (include "messenger.trialSecret" $root) $root.Values.postgres.existingSecret }}
      key: {{ $trial | ternary "postgres" $root.Values.postgres.key }}
- name: ConnectionStrings__Redis
  valueFrom:
    secretKeyRef:
      name: {{ $trial | ternary (include "messenger.trialSecret" $root) $root.Values.redis.existingSecret }}
      key: {{ $trial | ternary "redis" $root.Values.redis.key }}
- name: Silo__Role
  value: {{ .role }}
- name: Silo__Port
  value: "11111"
- name: Silo__Address
  valueFrom:
    fieldRef:
      fieldPath: status.podIP
{{- if $root.Values.clusterId }}
- name: Cluster__Id
  value: {{ $root.Values.clusterId | quote }}
{{- end }}
# What a database that is new calls its cluster; one that has a name keeps it.
- name: Cluster__IdIfNew
  value: {{ printf "%s-%s" $root.Release.Namespace $root.Release.Name | trunc 64 | quote }}
{{- with $root.Values.clusterSecret.existingSecret }}
- name: Cluster__Secret
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: {{ $root.Values.clusterSecret.key }}
{{- end }}
- name: Gateway__DrainPerSecond
  value: {{ $root.Values.gateway.drainPerSecond | int | quote }}
{{- if $trial }}
- name: Data__MigrateOnStart
  value: "true"
{{- if not (include "messenger.given" (dict "root" $root "key" "Sms:CodesInLog")) }}
- name: Sms__CodesInLog
  value: "true"
{{- end }}
{{- end }}
{{- if $root.Values.admin.port }}
- name: Admin__Port
  value: {{ $root.Values.admin.port | int | quote }}
{{- end }}
{{- with $root.Values.telemetry.endpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ . | quote }}
- name: OTEL_EXPORTER_OTLP_PROTOCOL
  value: {{ $root.Values.telemetry.protocol }}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: OTEL_RESOURCE_ATTRIBUTES
  value: service.instance.id=$(POD_NAME),k8s.pod.name=$(POD_NAME),k8s.namespace.name={{ $root.Release.Namespace }}
{{- end }}
{{- range $key, $value := $root.Values.config }}
- name: {{ $key | replace ":" "__" }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- range $key, $from := $root.Values.secretConfig }}
- name: {{ $key | replace ":" "__" }}
  valueFrom:
    secretKeyRef:
      name: {{ $from.secret }}
      key: {{ $from.key }}
{{- end }}
{{- with $root.Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The account of the pods. */}}
{{- define "messenger.account" -}}
{{- .Values.serviceAccount.create | ternary (default (include "messenger.fullname" .) .Values.serviceAccount.name) (default "default" .Values.serviceAccount.name) -}}
{{- end -}}

{{/* Something, where a key of docs/operations.md is given one way or the other. Takes (dict "root" $ "key" KEY). */}}
{{- define "messenger.given" -}}
{{- if or (hasKey .root.Values.config .key) (hasKey .root.Values.secretConfig .key) -}}yes{{- end -}}
{{- end -}}

{{- define "messenger.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "messenger.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* A mistake that a schema cannot see. */}}
{{- define "messenger.check" -}}
{{- if not .Values.trial.enabled -}}
{{- if or (not .Values.postgres.existingSecret) (not .Values.redis.existingSecret) -}}
{{- fail "postgres.existingSecret and redis.existingSecret name Secrets with the connection strings; or, for a trial without backups, set trial.enabled=true" -}}
{{- end -}}
{{- end -}}
{{- if gt (int .Values.gateway.connectionsPerPod) (mul (int .Values.gateway.drainPerSecond) 65) -}}
{{- fail (printf "gateway.connectionsPerPod (%d) cannot be drained in the 65 s that a stop leaves: at gateway.drainPerSecond=%d that is %d at most" (int .Values.gateway.connectionsPerPod) (int .Values.gateway.drainPerSecond) (mul (int .Values.gateway.drainPerSecond) 65)) -}}
{{- end -}}
{{- if and (or .Values.ingress.enabled .Values.gatewayApi.enabled) (not (include "messenger.given" (dict "root" . "key" "Gateway:TrustedProxies"))) -}}
{{- fail "an ingress or a Gateway stands before the clients: set config \"Gateway:TrustedProxies\" to the network of its pods, such as 10.0.0.0/8, or all clients count as one address and share its limits; or, if that is meant, to \"\"" -}}
{{- end -}}
{{- if and .Values.podMonitor.enabled (not .Values.admin.port) -}}
{{- fail "podMonitor.enabled needs admin.port: that is where metrics are read" -}}
{{- end -}}
{{- if and .Values.gatewayApi.enabled (not .Values.gatewayApi.parentRefs) -}}
{{- fail "gatewayApi.enabled needs gatewayApi.parentRefs: the Gateway that the route belongs to" -}}
{{- end -}}
{{- end -}}

{{/* A Deployment of one role. Takes (dict "root" $ "role" ROLE "values" VALUES). */}}
{{- define "messenger.deployment" -}}
{{- $root := .root -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "messenger.fullname" $root }}-{{ .role }}
  labels:
    {{- include "messenger.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .role }}
spec:
  {{- if not .values.autoscaling.enabled }}
  replicas: {{ .values.replicas }}
  {{- end }}
  # The new one is in before the old one goes: there is always somewhere to reconnect to and to move actors to.
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
  minReadySeconds: 10
  revisionHistoryLimit: 5
  selector:
    matchLabels:
      {{- include "messenger.selector" $root | nindent 6 }}
      app.kubernetes.io/component: {{ .role }}
  template:
    metadata:
      labels:
        {{- include "messenger.labels" $root | nindent 8 }}
        app.kubernetes.io/component: {{ .role }}
      {{- with .values.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ include "messenger.account" $root }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      {{- with $root.Values.imagePullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      # 5 s preStop, 90 s at most for the drain and the silo's leave, and room for a busy node.
      terminationGracePeriodSeconds: 120
      securityContext:
        {{- include "messenger.podSecurity" $root | nindent 8 }}
      {{- with .values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      topologySpreadConstraints:
        {{- $role := .role }}
        {{- range $root.Values.topologyKeys }}
        - maxSkew: 1
          topologyKey: {{ . }}
          whenUnsatisfiable: ScheduleAnyway
          # Of one revision: else a rollout counts the pods that are about to go.
          matchLabelKeys: [pod-template-hash]
          labelSelector:
            matchLabels:
              {{- include "messenger.selector" $root | nindent 14 }}
              app.kubernetes.io/component: {{ $role }}
        {{- end }}
      affinity:
        podAntiAffinity:
          {{- $term := printf "topologyKey: kubernetes.io/hostname\nlabelSelector:\n  matchLabels:\n    %s\n    app.kubernetes.io/component: %s" (include "messenger.selector" $root | replace "\n" "\n    ") .role }}
          {{- if eq $root.Values.antiAffinity "hard" }}
          requiredDuringSchedulingIgnoredDuringExecution:
            - {{- $term | nindent 14 }}
          {{- else }}
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 100
              podAffinityTerm:
                {{- $term | nindent 16 }}
          {{- end }}
      containers:
        - name: messenger
          image: {{ include "messenger.image" $root }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          securityContext:
            {{- include "messenger.containerSecurity" $root | nindent 12 }}
          env:
            {{- include "messenger.env" (dict "root" $root "role" .role) | nindent 12 }}
          ports:
            - {name: http, containerPort: 8080}
            - {name: silo, containerPort: 11111}
            {{- with $root.Values.admin.port }}
            - {name: admin, containerPort: {{ . }}}
            {{- end }}
          # A start waits up to 30 s for the stores, and an upgrade of a trial's database more.
          startupProbe:
            httpGet: {path: /health/live, port: http}
            periodSeconds: 2
            failureThreshold: 60
          # Live means: not declared dead by the others. A store that is away is no reason to restart.
          livenessProbe:
            httpGet: {path: /health/live, port: http}
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 3
          readinessProbe:
            httpGet: {path: /health/ready, port: http}
            periodSeconds: 5
            timeoutSeconds: 5
            failureThreshold: 2
          lifecycle:
            preStop:
              # Until every proxy has heard that this pod takes no new connections.
              sleep: {seconds: 5}
          resources:
            {{- toYaml .values.resources | nindent 12 }}
          volumeMounts:
            - {name: tmp, mountPath: /tmp}
            {{- with $root.Values.extraVolumeMounts }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
      volumes:
        - name: tmp
          emptyDir: {sizeLimit: 256Mi}
        {{- with $root.Values.extraVolumes }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
{{- end -}}

{{/* Takes (dict "root" $ "role" ROLE "values" VALUES). */}}
{{- define "messenger.scaling" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "messenger.fullname" .root }}-{{ .role }}
  labels:
    {{- include "messenger.labels" .root | nindent 4 }}
spec:
  maxUnavailable: {{ .values.podDisruptionBudget.maxUnavailable }}
  # A pod that is not ready anyway may go: else a broken one holds up a node's drain for ever.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "messenger.selector" .root | nindent 6 }}
      app.kubernetes.io/component: {{ .role }}
{{- if .values.autoscaling.enabled }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "messenger.fullname" .root }}-{{ .role }}
  labels:
    {{- include "messenger.labels" .root | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "messenger.fullname" .root }}-{{ .role }}
  minReplicas: {{ .values.autoscaling.minReplicas }}
  maxReplicas: {{ .values.autoscaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: {{ .values.autoscaling.cpuPercent }}}
    {{- if .values.autoscaling.connections }}
    - type: Pods
      pods:
        metric: {name: {{ .values.autoscaling.connectionsMetric }}}
        # Room for the share of a pod that goes.
        target: {type: AverageValue, averageValue: {{ div (mul (int .values.connectionsPerPod) 8) 10 | quote }}}
    {{- end }}
  behavior:
    scaleUp:
      stabilizationWindowSeconds: 0
      policies:
        - {type: Percent, value: 50, periodSeconds: 60}
        - {type: Pods, value: 2, periodSeconds: 60}
    scaleDown:
      stabilizationWindowSeconds: {{ .values.autoscaling.scaleInStabilizationSeconds }}
      policies:
        - {type: Pods, value: 1, periodSeconds: {{ .values.autoscaling.scaleInPeriodSeconds }}}
{{- end }}
{{- end -}}
