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

{{/* The chart's own labels of every object. */}}
{{- define "messenger.ownLabels" -}}
{{ include "messenger.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "messenger.labels" -}}
{{- include "messenger.labelled" (dict "root" .) -}}
{{- end -}}

{{/*
The chart's own labels, commonLabels and what a value adds: a map, in which no name stands twice.
Takes (dict "root" $ "component" COMPONENT "more" LABELS "place" VALUE), the last three where there are any.
*/}}
{{- define "messenger.labelled" -}}
{{- $labels := include "messenger.ownLabels" .root | fromYaml -}}
{{- with .component -}}{{- $_ := set $labels "app.kubernetes.io/component" . -}}{{- end -}}
{{- $places := dict "app.kubernetes.io/component" "the chart" -}}
{{- range $name, $_ := $labels -}}{{- $_ := set $places $name "the chart" -}}{{- end -}}
{{- range $from := list (dict "place" "commonLabels" "labels" .root.Values.commonLabels) (dict "place" .place "labels" .more) -}}
{{- range $name, $value := $from.labels -}}
{{- include "messenger.once" (dict "kind" "label" "names" $places "key" $name "name" $name "place" $from.place) -}}
{{- $_ := set $labels $name $value -}}
{{- end -}}
{{- end -}}
{{- toYaml $labels -}}
{{- end -}}

{{/* Fails when a name was there before. Takes (dict "kind" KIND "names" DICT "key" KEY "name" NAME "place" PLACE), and notes it in names. */}}
{{- define "messenger.once" -}}
{{- if hasKey .names .key -}}
{{- fail (printf "the %s %s is given twice: by %s and by %s; leave one of them out" .kind .name (get .names .key) .place) -}}
{{- end -}}
{{- $_ := set .names .key .place -}}
{{- end -}}

{{- define "messenger.image" -}}
{{- $registry := default .Values.image.registry (dig "imageRegistry" "" (default dict .Values.global)) -}}
{{- $name := empty $registry | ternary .Values.image.repository (printf "%s/%s" (trimSuffix "/" (default "" $registry)) .Values.image.repository) -}}
{{- if .Values.image.digest -}}
{{ $name }}@{{ .Values.image.digest }}
{{- else -}}
{{ $name }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{/* An image of a trial's, from global.imageRegistry where there is one. Takes (dict "root" $ "image" NAME). */}}
{{- define "messenger.trialImage" -}}
{{- $registry := dig "imageRegistry" "" (default dict .root.Values.global) -}}
{{- if $registry -}}
{{ trimSuffix "/" $registry }}/{{ regexReplaceAll "^([^/]*[.:][^/]*|localhost)/" .image "" }}
{{- else -}}
{{ .image }}
{{- end -}}
{{- end -}}

{{/* Where pods stand: what the value says, else what the pods of a role have. Takes (dict "own" VALUES "else" VALUES). */}}
{{- define "messenger.placement" -}}
{{- range $key := list "priorityClassName" "nodeSelector" "tolerations" "affinity" -}}
{{- $value := index $.own $key -}}
{{- if kindIs "invalid" $value -}}{{- $value = index (default dict $.else) $key -}}{{- end -}}
{{- if $value }}
{{ dict $key $value | toYaml }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What all pods of the server have in common. */}}
{{- define "messenger.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.runtimeClassName }}
runtimeClassName: {{ . }}
{{- end }}
{{- with .Values.hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "messenger.trialSecret" -}}
{{ include "messenger.fullname" . }}-trial
{{- end -}}

{{/* A variable, from a key of a Secret where one is named. Takes (dict "name" NAME "secret" SECRET "key" KEY "value" VALUE). */}}
{{- define "messenger.from" -}}
- name: {{ .name }}
{{- if .key }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret }}
      key: {{ .key }}
{{- else }}
  value: {{ .value | quote }}
{{- end }}
{{- end -}}

{{/* What the chart itself sets in every process. Takes (dict "root" $ "role" ROLE). */}}
{{- define "messenger.ownEnv" -}}
{{- $root := .root -}}
{{- $trial := $root.Values.trial.enabled -}}
{{- $postgres := $root.Values.postgres -}}
{{- $redis := $root.Values.redis -}}
{{- if and (not $trial) (or $postgres.host $postgres.hostKey) }}
{{ include "messenger.from" (dict "name" "Postgres__Host" "secret" $postgres.existingSecret "key" $postgres.hostKey "value" $postgres.host) }}
{{ include "messenger.from" (dict "name" "Postgres__Port" "secret" $postgres.existingSecret "key" $postgres.portKey "value" (int $postgres.port)) }}
{{ include "messenger.from" (dict "name" "Postgres__Database" "secret" $postgres.existingSecret "key" $postgres.databaseKey "value" $postgres.database) }}
{{ include "messenger.from" (dict "name" "Postgres__User" "secret" $postgres.existingSecret "key" $postgres.usernameKey) }}
{{ include "messenger.from" (dict "name" "Postgres__Password" "secret" $postgres.existingSecret "key" $postgres.passwordKey) }}
{{- with $postgres.options }}
{{ include "messenger.from" (dict "name" "Postgres__Options" "value" .) }}
{{- end }}
{{- else }}
{{ include "messenger.from" (dict "name" "ConnectionStrings__Postgres" "secret" ($trial | ternary (include "messenger.trialSecret" $root) $postgres.existingSecret) "key" ($trial | ternary "postgres" $postgres.key)) }}
{{- end }}
{{- if and (not $trial) (ne $postgres.pooler "none") }}
{{ include "messenger.from" (dict "name" "Postgres__Pooler" "value" $postgres.pooler) }}
{{- with $postgres.directKey }}
{{ include "messenger.from" (dict "name" "ConnectionStrings__PostgresDirect" "secret" $postgres.existingSecret "key" .) }}
{{- end }}
{{- end }}
{{- if and (not $trial) (or $redis.host $redis.hostKey) }}
{{ include "messenger.from" (dict "name" "Redis__Host" "secret" $redis.existingSecret "key" $redis.hostKey "value" $redis.host) }}
{{ include "messenger.from" (dict "name" "Redis__Port" "secret" $redis.existingSecret "key" $redis.portKey "value" (int $redis.port)) }}
{{- with $redis.usernameKey }}
{{ include "messenger.from" (dict "name" "Redis__User" "secret" $redis.existingSecret "key" .) }}
{{- end }}
{{- with $redis.passwordKey }}
{{ include "messenger.from" (dict "name" "Redis__Password" "secret" $redis.existingSecret "key" .) }}
{{- end }}
{{- if $redis.tls }}
{{ include "messenger.from" (dict "name" "Redis__Tls" "value" "true") }}
{{- end }}
{{- with $redis.serviceName }}
{{ include "messenger.from" (dict "name" "Redis__ServiceName" "value" .) }}
{{- end }}
{{- else }}
{{ include "messenger.from" (dict "name" "ConnectionStrings__Redis" "secret" ($trial | ternary (include "messenger.trialSecret" $root) $redis.existingSecret) "key" ($trial | ternary "redis" $redis.key)) }}
{{- end }}
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
{{- end -}}

{{/* Where the Secret of the processes' certificate comes from; empty: they speak without TLS. */}}
{{- define "messenger.siloTlsSecret" -}}
{{- if .Values.siloTls.certManager.enabled -}}
{{ include "messenger.fullname" . }}-silo
{{- else -}}
{{ .Values.siloTls.existingSecret }}
{{- end -}}
{{- end -}}

{{/* The name in every process's certificate. */}}
{{- define "messenger.siloName" -}}
{{- if .Values.siloTls.name -}}{{ .Values.siloTls.name }}
{{- else if .Values.siloTls.certManager.enabled -}}{{ include "messenger.fullname" . }}-silo.{{ .Release.Namespace }}
{{- end -}}
{{- end -}}

{{/* Something, where uploads to S3 need room for parts. */}}
{{- define "messenger.spools" -}}
{{- if and (eq (get .Values.config "Files:Provider" | default "") "s3") (not (include "messenger.given" (dict "root" . "key" "Files:S3:SpoolDirectory"))) -}}yes{{- end -}}
{{- end -}}

{{/* What names files that the pods of the server have mounted and the migration does not: it joins nobody and takes no uploads. */}}
{{- define "messenger.mountedEnv" -}}
{{- if include "messenger.siloTlsSecret" . }}
- name: Silo__Tls__Certificate
  value: /silo-tls/certificate.pem
- name: Silo__Tls__Key
  value: /silo-tls/key.pem
- name: Silo__Tls__Authority
  value: /silo-tls/authority.pem
- name: Silo__Tls__Mode
  value: {{ .Values.siloTls.mode }}
{{- with include "messenger.siloName" . }}
- name: Silo__Tls__Name
  value: {{ . }}
{{- end }}
{{- end }}
{{- if include "messenger.spools" . }}
- name: Files__S3__SpoolDirectory
  value: /spool
{{- end }}
{{- end -}}

{{- define "messenger.mounts" -}}
{{- if include "messenger.siloTlsSecret" . }}
- {name: silo-tls, mountPath: /silo-tls, readOnly: true}
{{- end }}
{{- if include "messenger.spools" . }}
- {name: spool, mountPath: /spool}
{{- end }}
{{- end -}}

{{- define "messenger.volumes" -}}
{{- if include "messenger.siloTlsSecret" . }}
- name: silo-tls
  secret:
    secretName: {{ include "messenger.siloTlsSecret" . }}
    items:
      - {key: {{ .Values.siloTls.certificateKey }}, path: certificate.pem}
      - {key: {{ .Values.siloTls.privateKeyKey }}, path: key.pem}
      - {key: {{ .Values.siloTls.authorityKey }}, path: authority.pem}
{{- end }}
{{- if include "messenger.spools" . }}
# Apart from /tmp: a pod whose volume grows past its limit is evicted, and what many uploads fill is not to end a pod over a small file.
- name: spool
  emptyDir: {sizeLimit: {{ .Values.spool.sizeLimit }}}
{{- end }}
{{- end -}}

{{/* The environment of every process. Takes (dict "root" $ "role" ROLE). */}}
{{- define "messenger.env" -}}
{{- $root := .root -}}
{{ include "messenger.ownEnv" . }}
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

{{/*
No name twice. A container's environment may name a variable twice, of which Helm 3 lets the last win and Helm 4 (server-side apply) refuses the object;
to the server a key is the same with : and __, and in small letters.
*/}}
{{- define "messenger.names" -}}
{{- $root := . -}}
{{- $env := dict -}}
{{- $values := dict "connectionstrings__postgres" "postgres.existingSecret" "postgres__host" "postgres.host" "postgres__port" "postgres.port" "postgres__database" "postgres.database"
  "postgres__user" "postgres.usernameKey" "postgres__password" "postgres.passwordKey" "postgres__options" "postgres.options" "postgres__pooler" "postgres.pooler"
  "connectionstrings__postgresdirect" "postgres.directKey" "redis__host" "redis.host" "redis__port" "redis.port" "redis__user" "redis.usernameKey"
  "redis__password" "redis.passwordKey" "redis__tls" "redis.tls" "redis__servicename" "redis.serviceName" "connectionstrings__redis" "redis.existingSecret"
  "cluster__id" "clusterId" "cluster__secret" "clusterSecret.existingSecret" "gateway__drainpersecond" "gateway.drainPerSecond"
  "data__migrateonstart" "trial.enabled" "sms__codesinlog" "trial.enabled" "admin__port" "admin.port"
  "silo__tls__certificate" "siloTls.existingSecret" "silo__tls__key" "siloTls.existingSecret" "silo__tls__authority" "siloTls.existingSecret"
  "silo__tls__mode" "siloTls.mode" "silo__tls__name" "siloTls.name" "files__s3__spooldirectory" "spool.sizeLimit"
  "otel_exporter_otlp_endpoint" "telemetry.endpoint" "otel_exporter_otlp_protocol" "telemetry.protocol"
  "pod_name" "telemetry.endpoint" "otel_resource_attributes" "telemetry.endpoint" -}}
{{- range concat (include "messenger.ownEnv" (dict "root" . "role" "all") | fromYamlArray) (include "messenger.mountedEnv" . | fromYamlArray) -}}
{{- $_ := set $env (lower .name) (get $values (lower .name) | default "the chart itself") -}}
{{- end -}}
{{- range $key, $_ := .Values.config -}}
{{- include "messenger.once" (dict "kind" "key" "names" $env "key" ($key | replace ":" "__" | lower) "name" $key "place" (printf "config.%q" $key)) -}}
{{- end -}}
{{- range $key, $_ := .Values.secretConfig -}}
{{- include "messenger.once" (dict "kind" "key" "names" $env "key" ($key | replace ":" "__" | lower) "name" $key "place" (printf "secretConfig.%q" $key)) -}}
{{- end -}}
{{- range $at, $one := .Values.extraEnv -}}
{{- include "messenger.once" (dict "kind" "key" "names" $env "key" ($one.name | replace ":" "__" | lower) "name" $one.name "place" (printf "extraEnv[%d]" $at)) -}}
{{- end -}}
{{- $volumes := dict "tmp" "the chart itself" -}}
{{- range (include "messenger.volumes" . | fromYamlArray) -}}{{- $_ := set $volumes .name "the chart itself" -}}{{- end -}}
{{- range $at, $one := .Values.extraVolumes -}}
{{- include "messenger.once" (dict "kind" "volume" "names" $volumes "key" $one.name "name" $one.name "place" (printf "extraVolumes[%d]" $at)) -}}
{{- end -}}
{{- $mounts := dict "/tmp" "the chart itself" -}}
{{- range (include "messenger.mounts" . | fromYamlArray) -}}{{- $_ := set $mounts .mountPath "the chart itself" -}}{{- end -}}
{{- range $at, $one := .Values.extraVolumeMounts -}}
{{- include "messenger.once" (dict "kind" "mount path" "names" $mounts "key" (trimSuffix "/" $one.mountPath) "name" $one.mountPath "place" (printf "extraVolumeMounts[%d]" $at)) -}}
{{- end -}}
{{- range $role, $of := dict "gateway" .Values.gateway "worker" .Values.worker -}}
{{- $containers := dict "messenger" "the chart itself" -}}
{{- range $list := list "sidecars" "initContainers" -}}
{{- range $at, $one := get $of $list -}}
{{- include "messenger.once" (dict "kind" "container" "names" $containers "key" $one.name "name" $one.name "place" (printf "%s.%s[%d]" $role $list $at)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $hosts := dict -}}
{{- with .Values.ingress.host -}}{{- $_ := set $hosts . "ingress.host" -}}{{- end -}}
{{- range $at, $host := .Values.ingress.hosts -}}
{{- include "messenger.once" (dict "kind" "host" "names" $hosts "key" (lower $host) "name" $host "place" (printf "ingress.hosts[%d]" $at)) -}}
{{- end -}}
{{- end -}}

{{/* A mistake that a schema cannot see. */}}
{{- define "messenger.check" -}}
{{- include "messenger.names" . -}}
{{- range $role, $of := dict "gateway" .Values.gateway "worker" .Values.worker -}}
{{- if gt (int $of.autoscaling.minReplicas) (int $of.autoscaling.maxReplicas) -}}
{{- fail (printf "%s.autoscaling.minReplicas (%d) is above %s.autoscaling.maxReplicas (%d)" $role (int $of.autoscaling.minReplicas) $role (int $of.autoscaling.maxReplicas)) -}}
{{- end -}}
{{- if and $of.autoscaling.enabled (kindIs "invalid" $of.autoscaling.cpuPercent) (not $of.autoscaling.connections) (not $of.autoscaling.metrics) -}}
{{- fail (printf "%s.autoscaling has nothing to go by: set cpuPercent or metrics" $role) -}}
{{- end -}}
{{- $least := $of.podDisruptionBudget.minAvailable -}}
{{- $pods := $of.autoscaling.enabled | ternary $of.autoscaling.minReplicas $of.replicas -}}
{{- if and $of.podDisruptionBudget.enabled (not (kindIs "invalid" $least)) (not (kindIs "string" $least)) (not (kindIs "invalid" $pods)) -}}
{{- if ge (int $least) (int $pods) -}}
{{- fail (printf "%s.podDisruptionBudget.minAvailable (%d) of %d pods lets no pod go: no node could be drained" $role (int $least) (int $pods)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and (ne .Values.service.type "LoadBalancer") (or .Values.service.loadBalancerClass .Values.service.loadBalancerSourceRanges) -}}
{{- fail (printf "service.loadBalancerClass and service.loadBalancerSourceRanges are for service.type LoadBalancer, and it is %s" .Values.service.type) -}}
{{- end -}}
{{- if and (eq .Values.service.type "ClusterIP") (or .Values.service.nodePort .Values.service.externalTrafficPolicy) -}}
{{- fail "service.nodePort and service.externalTrafficPolicy are for service.type NodePort or LoadBalancer, and it is ClusterIP" -}}
{{- end -}}
{{- if and .Values.ingress.tlsSecret (not .Values.ingress.host) (not .Values.ingress.hosts) -}}
{{- fail "ingress.tlsSecret needs ingress.host or ingress.hosts: the names of the certificate" -}}
{{- end -}}
{{- if not .Values.trial.enabled -}}
{{- if or (not .Values.postgres.existingSecret) (not .Values.redis.existingSecret) -}}
{{- fail "postgres.existingSecret and redis.existingSecret name Secrets with the connection strings; or, for a trial without backups, set trial.enabled=true" -}}
{{- end -}}
{{- end -}}
{{- if and (eq .Values.postgres.pooler "transaction") (not .Values.postgres.directKey) -}}
{{- fail "postgres.pooler=transaction needs postgres.directKey: the key of a connection string past the pooler, for the log's writer and the migration" -}}
{{- end -}}
{{- if gt (int .Values.gateway.connectionsPerPod) (mul (int .Values.gateway.drainPerSecond) 65) -}}
{{- fail (printf "gateway.connectionsPerPod (%d) cannot be drained in the 65 s that a stop leaves: at gateway.drainPerSecond=%d that is %d at most" (int .Values.gateway.connectionsPerPod) (int .Values.gateway.drainPerSecond) (mul (int .Values.gateway.drainPerSecond) 65)) -}}
{{- end -}}
{{- if and .Values.gatewayApi.enabled (not .Values.gatewayApi.parentRefs) -}}
{{- fail "gatewayApi.enabled needs gatewayApi.parentRefs: the Gateway that the route belongs to" -}}
{{- end -}}
{{- if and (or .Values.ingress.enabled .Values.gatewayApi.enabled) (not (include "messenger.given" (dict "root" . "key" "Gateway:TrustedProxies"))) -}}
{{- fail "an ingress or a Gateway stands before the clients: set config \"Gateway:TrustedProxies\" to the network of its pods, such as 10.0.0.0/8, or all clients count as one address and share its limits; or, if that is meant, to \"\"" -}}
{{- end -}}
{{- if and .Values.siloTls.certManager.enabled (or .Values.siloTls.existingSecret (not .Values.siloTls.certManager.issuerRef.name)) -}}
{{- fail "siloTls.certManager makes the Secret itself: give issuerRef.name, and leave siloTls.existingSecret out" -}}
{{- end -}}
{{- if and .Values.podMonitor.enabled (not .Values.admin.port) -}}
{{- fail "podMonitor.enabled needs admin.port: that is where metrics are read" -}}
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
    {{- include "messenger.labelled" (dict "root" $root "component" .role) | nindent 4 }}
spec:
  {{- if not (or .values.autoscaling.enabled (kindIs "invalid" .values.replicas)) }}
  replicas: {{ .values.replicas }}
  {{- end }}
  strategy:
    {{- toYaml .values.strategy | nindent 4 }}
  minReadySeconds: 10
  revisionHistoryLimit: 5
  selector:
    matchLabels:
      {{- include "messenger.selector" $root | nindent 6 }}
      app.kubernetes.io/component: {{ .role }}
  template:
    metadata:
      labels:
        {{- include "messenger.labelled" (dict "root" $root "component" .role "more" .values.podLabels "place" (printf "%s.podLabels" .role)) | nindent 8 }}
      {{- with .values.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ include "messenger.account" $root }}
      {{- include "messenger.pod" $root | nindent 6 }}
      terminationGracePeriodSeconds: {{ .values.terminationGracePeriodSeconds }}
      {{- include "messenger.placement" (dict "own" (omit .values "affinity")) | nindent 6 }}
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
      {{- if .values.affinity }}
      affinity:
        {{- toYaml .values.affinity | nindent 8 }}
      {{- else }}
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
      {{- end }}
      {{- with .values.initContainers }}
      initContainers:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: messenger
          image: {{ include "messenger.image" $root }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          {{- with $root.Values.securityContext }}
          securityContext:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          env:
            {{- include "messenger.env" (dict "root" $root "role" .role) | nindent 12 }}
            {{- include "messenger.mountedEnv" $root | nindent 12 }}
          ports:
            - {name: http, containerPort: 8080}
            - {name: silo, containerPort: 11111}
            {{- with $root.Values.admin.port }}
            - {name: admin, containerPort: {{ . }}}
            {{- end }}
          {{- range $probe := list "startupProbe" "livenessProbe" "readinessProbe" }}
          {{- with get $.values $probe }}
          {{ $probe }}:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          {{- end }}
          lifecycle:
            preStop:
              # Until every proxy has heard that this pod takes no new connections.
              sleep: {seconds: 5}
          resources:
            {{- toYaml .values.resources | nindent 12 }}
          volumeMounts:
            - {name: tmp, mountPath: /tmp}
            {{- include "messenger.mounts" $root | nindent 12 }}
            {{- with $root.Values.extraVolumeMounts }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
        {{- with .values.sidecars }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      volumes:
        - name: tmp
          emptyDir: {sizeLimit: 256Mi}
        {{- include "messenger.volumes" $root | nindent 8 }}
        {{- with $root.Values.extraVolumes }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
{{- end -}}

{{/* Takes (dict "root" $ "role" ROLE "values" VALUES). */}}
{{- define "messenger.scaling" -}}
{{- $budget := .values.podDisruptionBudget -}}
{{- if $budget.enabled -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "messenger.fullname" .root }}-{{ .role }}
  labels:
    {{- include "messenger.labels" .root | nindent 4 }}
spec:
  {{- if kindIs "invalid" $budget.minAvailable }}
  maxUnavailable: {{ $budget.maxUnavailable }}
  {{- else }}
  minAvailable: {{ $budget.minAvailable }}
  {{- end }}
  unhealthyPodEvictionPolicy: {{ $budget.unhealthyPodEvictionPolicy }}
  selector:
    matchLabels:
      {{- include "messenger.selector" .root | nindent 6 }}
      app.kubernetes.io/component: {{ .role }}
{{- end }}
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
    {{- with .values.autoscaling.cpuPercent }}
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: {{ . }}}
    {{- end }}
    {{- if .values.autoscaling.connections }}
    - type: Pods
      pods:
        metric: {name: {{ .values.autoscaling.connectionsMetric }}}
        # Room for the share of a pod that goes.
        target: {type: AverageValue, averageValue: {{ div (mul (int .values.connectionsPerPod) 8) 10 | quote }}}
    {{- end }}
    {{- with .values.autoscaling.metrics }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  behavior:
    {{- if .values.autoscaling.behavior }}
    {{- toYaml .values.autoscaling.behavior | nindent 4 }}
    {{- else }}
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
{{- end }}
{{- end -}}
