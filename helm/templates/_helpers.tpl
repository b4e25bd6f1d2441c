{{- define "mas.name" -}}
{{- .Values.nameOverride | default .Chart.Name }}
{{- end }}

{{- define "mas.fullname" -}}
{{- $name := include "mas.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "mas.selectorLabels" -}}
app.kubernetes.io/name: {{ include "mas.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Labels of an object that is not selected: never inside matchLabels, so that an upgrade cannot change a selector. */}}
{{- define "mas.ownLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | trunc 63 | trimAll "-_." | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: {{ .Chart.Name }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "mas.labels" -}}
{{ include "mas.selectorLabels" . }}
{{ include "mas.ownLabels" . }}
{{- end }}

{{/* A test pod must not look like a pod of the service, or the Service would send it requests. */}}
{{- define "mas.testLabels" -}}
app.kubernetes.io/name: {{ include "mas.name" . }}-test
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* The annotations of one object, of a list of the root and its own ones: its own win over those common to all. */}}
{{- define "mas.annotations" -}}
{{- with merge (dict) (last . | default dict) (first .).Values.commonAnnotations }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "mas.registry" -}}
{{- .Values.global.imageRegistry | default .Values.image.registry }}
{{- end }}

{{/* The pull Secrets of this chart and of its parent, each once. */}}
{{- define "mas.pullSecrets" -}}
{{- $names := list }}
{{- range concat .Values.global.imagePullSecrets .Values.imagePullSecrets }}
{{- $name := . }}
{{- if kindIs "map" . }}{{ $name = .name }}{{ end }}
{{- $names = append $names $name }}
{{- end }}
{{- with uniq $names }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{/* What checkov, a scanner, is told: which of its findings stand on purpose, and why. */}}
{{- define "mas.accepted" -}}
checkov.io/skip1: CKV_K8S_11=a CPU limit would stall all requests at once
{{- if ne .Values.image.pullPolicy "Always" }}
checkov.io/skip2: CKV_K8S_15=a version is never built twice
{{- end }}
{{- if not .Values.image.digest }}
checkov.io/skip3: CKV_K8S_43=the site that builds it sets image.digest
{{- end }}
{{- end }}

{{- define "mas.acceptedOfTests" -}}
{{ include "mas.accepted" . }}
checkov.io/skip4: CKV_K8S_8=the pod runs once to its end and serves nobody
checkov.io/skip5: CKV_K8S_9=the pod runs once to its end and serves nobody
{{- end }}

{{/* Containers that a site adds, of a list of the root and the containers: they are held to the same rules as ours. */}}
{{- define "mas.containers" -}}
{{- $root := first . }}
{{- range last . }}
{{- $lent := dict }}
{{- if not (or (hasKey . "securityContext") (empty $root.Values.securityContext)) }}
{{- $lent = dict "securityContext" $root.Values.securityContext }}
{{- end }}
- {{ merge (dict) . $lent | toYaml | nindent 2 | trim }}
{{- end }}
{{- end }}

{{- define "mas.image" -}}
{{- $name := list (include "mas.registry" .) .Values.image.repository | compact | join "/" }}
{{- if .Values.image.digest }}
{{- printf "%s@%s" $name .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" $name (.Values.image.tag | default .Chart.AppVersion) }}
{{- end }}
{{- end }}

{{- define "mas.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- .Values.serviceAccount.name | default (include "mas.fullname" .) }}
{{- else }}
{{- .Values.serviceAccount.name | default "default" }}
{{- end }}
{{- end }}

{{/* The smallest number of pods that can be running: the autoscaler's when it is on. */}}
{{- define "mas.minimum" -}}
{{- if .Values.autoscaling.enabled }}{{ int .Values.autoscaling.minReplicas }}{{ else }}{{ int .Values.replicaCount }}{{ end }}
{{- end }}

{{- define "mas.routed" -}}
{{- if or .Values.ingress.enabled .Values.httpRoute.enabled }}true{{ end }}
{{- end }}

{{- define "mas.callsOut" -}}
{{- if or .Values.config.fhirFetchServers .Values.traces.url (and (eq .Values.auth.mode "jwt") .Values.auth.jwt.jwksUrl) }}true{{ end }}
{{- end }}

{{- define "mas.web" -}}
{{- if or (eq (toString .Values.config.web) "true") (and (eq (toString .Values.config.web) "auto") (or (eq .Values.auth.mode "none") .Values.smart.clientId)) }}on{{ else }}off{{ end }}
{{- end }}

{{/* Every setting of the service that the chart sets, as environment variables; the ConfigMap and the guards read this. */}}
{{- define "mas.environment" -}}
PORT: "8080"
PROMETHEUS_MULTIPROC_DIR: /run/mas-metrics
WEB_CONCURRENCY: {{ int .Values.config.workers | quote }}
MAS_CONNECTIONS: {{ int .Values.config.connections | quote }}
MAS_LOG_LEVEL: {{ .Values.config.logLevel | quote }}
MAS_MAX_BODY_BYTES: {{ int64 .Values.config.maxBodyBytes | quote }}
MAS_FHIR_MAX_BODY_BYTES: {{ int64 .Values.config.fhirMaxBodyBytes | quote }}
MAS_REQUEST_SECONDS: {{ int .Values.config.requestSeconds | quote }}
MAS_MAX_ANSWER_BYTES: {{ int64 .Values.config.maxAnswerBytes | quote }}
MAS_READY_NEEDS_FILES: {{ ternary "on" "off" .Values.config.readyNeedsFiles | quote }}
MAS_BATCH_MAX_LINE_BYTES: {{ int64 .Values.config.batchMaxLineBytes | quote }}
MAS_BODY_READ_SECONDS: {{ int .Values.config.bodyReadSeconds | quote }}
MAS_KEEPALIVE_SECONDS: {{ int .Values.config.keepaliveSeconds | quote }}
MAS_GRACEFUL_SECONDS: {{ int .Values.drain.gracefulSeconds | quote }}
{{- /* The preStop hook does the waiting. */}}
MAS_DRAIN_SECONDS: "0"
MAS_WEB: {{ include "mas.web" . | quote }}
{{- /* An empty text means the default; a lone comma is the empty list. */}}
MAS_CDS_HOOKS: {{ join "," .Values.config.cdsHooks | default "," | quote }}
MAS_CDS_CARD_FROM: {{ .Values.config.cdsCardFrom | quote }}
MAS_CDS_SUGGESTIONS: {{ ternary "on" "off" .Values.config.cdsSuggestions | quote }}
MAS_EHR_LOOK_BACK_DAYS: {{ int .Values.config.ehrLookBackDays | quote }}
MAS_FHIR_FETCH_SECONDS: {{ int .Values.config.fhirFetchSeconds | quote }}
MAS_AUTH_MODE: {{ .Values.auth.mode | quote }}
{{- /* Always set, so that no other source of variables can name one. */}}
MAS_CALLER_HEADER: {{ .Values.auth.callerHeader | quote }}
{{- if .Values.smart.clientId }}
MAS_SMART_CLIENT_ID: {{ .Values.smart.clientId | quote }}
MAS_SMART_ISSUERS: {{ join "," .Values.smart.issuers | quote }}
{{- with .Values.smart.authOrigins }}
MAS_SMART_AUTH_ORIGINS: {{ join "," . | quote }}
{{- end }}
{{- with .Values.smart.frameOrigins }}
MAS_SMART_FRAME_ORIGINS: {{ join "," . | quote }}
{{- end }}
{{- end }}
{{- with .Values.traces.url }}
MAS_TRACES_URL: {{ . | quote }}
MAS_TRACES_PERCENT: {{ int $.Values.traces.percent | quote }}
{{- end }}
{{- with .Values.audit.destination }}
MAS_AUDIT: {{ . | quote }}
MAS_AUDIT_KEY_FILE: /etc/mas/audit/key
{{- end }}
{{- with .Values.config.publicUrl }}
MAS_PUBLIC_URL: {{ . | quote }}
{{- end }}
{{- with .Values.config.fhirCanonical }}
MAS_FHIR_CANONICAL: {{ . | quote }}
{{- end }}
{{- with .Values.config.corsOrigins }}
MAS_CORS_ORIGINS: {{ join "," . | quote }}
{{- end }}
{{- with .Values.config.fhirFetchServers }}
MAS_FHIR_FETCH_SERVERS: {{ join "," . | quote }}
{{- end }}
{{- if .Values.config.caConfigMap }}
MAS_CA_FILE: /etc/mas/ca/ca.crt
{{- end }}
{{- if .Values.config.codeMap }}
MAS_CODE_MAP_FILE: /etc/mas/code-map/code-map.toml
{{- end }}
{{- if eq .Values.auth.mode "api_key" }}
MAS_API_KEYS_FILE: /etc/mas/api-keys/api-keys
{{- end }}
{{- if eq .Values.auth.mode "jwt" }}
MAS_JWT_ISSUERS: {{ join "," .Values.auth.jwt.issuers | quote }}
MAS_JWT_AUDIENCE: {{ .Values.auth.jwt.audience | quote }}
{{- if .Values.auth.jwt.jwksSecret }}
MAS_JWT_JWKS_FILE: /etc/mas/jwks/jwks.json
{{- else }}
MAS_JWT_JWKS_URL: {{ .Values.auth.jwt.jwksUrl | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* Which series are this release's: the Service's name is the job that a ServiceMonitor gives. */}}
{{- define "mas.series" -}}
namespace="{{ .Release.Namespace }}",job="{{ include "mas.fullname" . }}"
{{- end }}
