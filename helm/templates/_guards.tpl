{{/* Combinations that the schema cannot refuse: each stops the install and says what to change. */}}
{{- define "mas.guards" -}}
{{- include "mas.guard.drain" . }}
{{- include "mas.guard.scale" . }}
{{- include "mas.guard.auth" . }}
{{- include "mas.guard.routes" . }}
{{- include "mas.guard.monitoring" . }}
{{- include "mas.guard.egress" . }}
{{- include "mas.guard.environment" . }}
{{- include "mas.guard.labels" . }}
{{- end }}

{{- define "mas.guard.drain" -}}
{{- $needed := add (int .Values.drain.preStopSeconds) (int .Values.drain.gracefulSeconds) 5 }}
{{- if lt (int .Values.drain.terminationGracePeriodSeconds) (int $needed) }}
{{- fail (printf "drain.terminationGracePeriodSeconds must be at least %d: drain.preStopSeconds, drain.gracefulSeconds and 5 to spare" $needed) }}
{{- end }}
{{- if and (eq .Values.drain.sleep "native") (semverCompare "<1.30-0" .Capabilities.KubeVersion.Version) }}
{{- fail "drain.sleep native needs Kubernetes 1.30: set drain.sleep to exec" }}
{{- end }}
{{- end }}

{{- define "mas.guard.scale" -}}
{{- if and .Values.service.trafficDistribution (semverCompare "<1.30-0" .Capabilities.KubeVersion.Version) }}
{{- fail "service.trafficDistribution needs Kubernetes 1.30" }}
{{- end }}
{{- with .Values.autoscaling }}
{{- if .enabled }}
{{- if lt (int .maxReplicas) (int .minReplicas) }}
{{- fail "autoscaling.maxReplicas must not be below autoscaling.minReplicas" }}
{{- end }}
{{- if not (or .cpuPercent .requestsPerSecond) }}
{{- fail "autoscaling needs a metric: set autoscaling.cpuPercent or autoscaling.requestsPerSecond" }}
{{- end }}
{{- if and .cpuPercent (not (dig "requests" "cpu" "" $.Values.resources)) }}
{{- fail "autoscaling.cpuPercent is a share of resources.requests.cpu, which is not set" }}
{{- end }}
{{- end }}
{{- end }}
{{- if and .Values.podDisruptionBudget.enabled (has (toString .Values.podDisruptionBudget.maxUnavailable) (list "0" "0%")) }}
{{- fail "podDisruptionBudget.maxUnavailable 0 blocks every drain of a node" }}
{{- end }}
{{- end }}

{{- define "mas.guard.auth" -}}
{{- with .Values.auth }}
{{- if and (eq .mode "api_key") (not .apiKeysSecret) }}
{{- fail "auth.mode api_key needs auth.apiKeysSecret" }}
{{- end }}
{{- if eq .mode "jwt" }}
{{- if not (and .jwt.issuers .jwt.audience) }}
{{- fail "auth.mode jwt needs auth.jwt.issuers and auth.jwt.audience" }}
{{- end }}
{{- if eq (empty .jwt.jwksUrl) (empty .jwt.jwksSecret) }}
{{- fail "auth.mode jwt needs exactly one of auth.jwt.jwksUrl and auth.jwt.jwksSecret" }}
{{- end }}
{{- end }}
{{- if and (include "mas.routed" $) (eq .mode "none") (not .enforcedUpstream) }}
{{- fail "a route from outside with auth.mode none: set auth.mode, or auth.enforcedUpstream when a gateway authenticates" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "mas.guard.routes" -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}
{{- fail "ingress.enabled needs ingress.hosts: a rule without a host answers for every name" }}
{{- end }}
{{- if and .Values.httpRoute.enabled (not (and .Values.httpRoute.parentRefs .Values.httpRoute.hostnames)) }}
{{- fail "httpRoute.enabled needs httpRoute.parentRefs and httpRoute.hostnames" }}
{{- end }}
{{- range .Values.publicPaths }}
{{- if or (and (eq .type "Prefix") (eq .path "/")) (regexMatch "(?i)^/(metrics|livez|readyz)(/|$)" .path) }}
{{- fail (printf "publicPaths: %s %s would route metrics or probes from outside" .type .path) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "mas.guard.monitoring" -}}
{{- with .Values.monitoring }}
{{- if and .annotations .serviceMonitor.enabled }}
{{- fail "monitoring.annotations and monitoring.serviceMonitor.enabled would scrape every pod twice: choose one" }}
{{- end }}
{{- if gt (int .serviceMonitor.timeoutSeconds) (int .serviceMonitor.intervalSeconds) }}
{{- fail "monitoring.serviceMonitor.timeoutSeconds must not exceed intervalSeconds" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "mas.guard.egress" -}}
{{- if and .Values.networkPolicy.enabled (include "mas.callsOut" .) (not .Values.networkPolicy.egress) }}
{{- fail "config.fhirFetchServers and auth.jwt.jwksUrl call out: list where to in networkPolicy.egress" }}
{{- end }}
{{- end }}

{{- define "mas.guard.environment" -}}
{{- $own := include "mas.environment" . | fromYaml }}
{{- range .Values.extraEnv }}
{{- if or (hasKey $own .name) (hasPrefix "MAS_" .name) }}
{{- fail (printf "extraEnv: %s has a value of its own under config or auth" .name) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "mas.guard.labels" -}}
{{- range $place, $labels := dict "podLabels" .Values.podLabels "monitoring.serviceMonitor.additionalLabels" .Values.monitoring.serviceMonitor.additionalLabels "monitoring.prometheusRule.additionalLabels" .Values.monitoring.prometheusRule.additionalLabels "monitoring.dashboard.labels" .Values.monitoring.dashboard.labels }}
{{- range $key, $_ := $labels }}
{{- if hasKey $.Values.commonLabels $key }}
{{- fail (printf "%s: %s is among commonLabels already" $place $key) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
