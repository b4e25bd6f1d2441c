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
{{- include "mas.guard.pod" . }}
{{- include "mas.guard.containers" . }}
{{- include "mas.guard.audit" . }}
{{- include "mas.guard.smart" . }}
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
{{- if and (hasPrefix "PreferSame" .Values.service.trafficDistribution) (semverCompare "<1.34-0" .Capabilities.KubeVersion.Version) }}
{{- fail (printf "service.trafficDistribution %s needs Kubernetes 1.34" .Values.service.trafficDistribution) }}
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
{{- include "mas.guard.budget" . }}
{{- end }}

{{- /* Kubernetes rounds a percentage of pods up. */}}
{{- define "mas.guard.budget" -}}
{{- $pods := include "mas.minimum" . | int }}
{{- $given := .Values.podDisruptionBudget.maxUnavailable | toString }}
{{- $gone := int (trimSuffix "%" $given) }}
{{- if hasSuffix "%" $given }}
{{- $gone = div (add (mul $pods $gone) 99) 100 }}
{{- end }}
{{- if and .Values.podDisruptionBudget.enabled (gt $pods 1) (ge (int $gone) $pods) }}
{{- fail (printf "podDisruptionBudget.maxUnavailable %s lets all %d pods go at once: lower it, or run more pods" $given $pods) }}
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
{{- if and .apiKeysSecret (ne .mode "api_key") }}
{{- fail (printf "auth.apiKeysSecret has no effect with auth.mode %s: set auth.mode to api_key, or leave it out" .mode) }}
{{- end }}
{{- if and (ne .mode "jwt") (or .jwt.issuers .jwt.audience .jwt.jwksUrl .jwt.jwksSecret) }}
{{- fail (printf "auth.jwt has no effect with auth.mode %s: set auth.mode to jwt, or leave it out" .mode) }}
{{- end }}
{{- if and .callerHeader (or (ne .mode "none") (not .enforcedUpstream)) }}
{{- fail "auth.callerHeader is believed as it comes: it needs auth.mode none and auth.enforcedUpstream" }}
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
{{- include "mas.guard.ingress" . }}
{{- range .Values.publicPaths }}
{{- if or (and (eq .type "Prefix") (eq .path "/")) (regexMatch "(?i)^/(metrics|livez|readyz)(/|$)" .path) }}
{{- fail (printf "publicPaths: %s %s would route metrics or probes from outside" .type .path) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "mas.guard.ingress" -}}
{{- range $key, $_ := .Values.ingress.annotations }}
{{- if regexMatch "/(use-regex|rewrite-target)$" $key }}
{{- fail (printf "ingress.annotations: %s reads paths as patterns, and the exact path / would then match /metrics" $key) }}
{{- end }}
{{- end }}
{{- $covered := list }}
{{- $everything := false }}
{{- range .Values.ingress.tls }}
{{- $covered = concat $covered (.hosts | default list) }}
{{- $everything = or $everything (not .hosts) }}
{{- end }}
{{- range .Values.ingress.hosts }}
{{- $wildcard := regexReplaceAll "^[^.]+" . "*" }}
{{- if and $.Values.ingress.tls (not (or $everything (has . $covered) (has $wildcard $covered))) }}
{{- fail (printf "ingress.tls covers other hosts, but not %s: it would travel in the clear" .) }}
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

{{- define "mas.guard.smart" -}}
{{- with .Values.smart }}
{{- if and .clientId (not .issuers) }}
{{- fail "smart.clientId needs smart.issuers: the FHIR servers that may open the page" }}
{{- end }}
{{- if and (or .issuers .authOrigins .frameOrigins) (not .clientId) }}
{{- fail "smart.issuers, smart.authOrigins and smart.frameOrigins need smart.clientId" }}
{{- end }}
{{- if and .clientId (eq (toString $.Values.config.web) "false") }}
{{- fail "smart.clientId needs the page: config.web is false" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "mas.guard.egress" -}}
{{- if and .Values.networkPolicy.enabled (include "mas.callsOut" .) (not .Values.networkPolicy.egress) }}
{{- fail "config.fhirFetchServers, auth.jwt.jwksUrl and traces.url call out: list where to in networkPolicy.egress" }}
{{- end }}
{{- end }}

{{- define "mas.guard.environment" -}}
{{- $own := include "mas.environment" . | fromYaml }}
{{- $seen := dict }}
{{- range .Values.extraEnv }}
{{- if hasKey $seen .name }}
{{- fail (printf "extraEnv: %s stands twice" .name) }}
{{- end }}
{{- $_ := set $seen .name true }}
{{- if or (hasKey $own .name) (hasPrefix "MAS_" .name) }}
{{- fail (printf "extraEnv: %s has a value of its own under config or auth" .name) }}
{{- end }}
{{- if eq .name "GUNICORN_CMD_ARGS" }}
{{- fail "extraEnv: GUNICORN_CMD_ARGS would outdo what config says" }}
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

{{- define "mas.guard.pod" -}}
{{- range $key, $_ := .Values.podAnnotations }}
{{- if or (has $key (list "checksum/config" "kubectl.kubernetes.io/default-container")) (and $.Values.monitoring.annotations (hasPrefix "prometheus.io/" $key)) }}
{{- fail (printf "podAnnotations: %s is set by the chart" $key) }}
{{- end }}
{{- end }}
{{- $own := list "tmp" "metrics" "ca" "code-map" "api-keys" "jwks" "audit-key" }}
{{- range .Values.extraVolumes }}
{{- if has .name $own }}
{{- fail (printf "extraVolumes: %s is the name of another volume" .name) }}
{{- end }}
{{- $own = append $own .name }}
{{- end }}
{{- range .Values.extraVolumeMounts }}
{{- if not (has .name $own) }}
{{- fail (printf "extraVolumeMounts: %s is not among extraVolumes" .name) }}
{{- end }}
{{- if regexMatch "^/(app|tmp|run|run/mas-metrics|etc/mas(/.*)?)/?$" .mountPath }}
{{- fail (printf "extraVolumeMounts: %s would hide what the service needs there" .mountPath) }}
{{- end }}
{{- end }}
{{- with .Values.podSecurityContext }}
{{- if and .runAsNonRoot (hasKey . "runAsUser") (eq (int .runAsUser) 0) }}
{{- fail "podSecurityContext: runAsUser 0 is root, and runAsNonRoot refuses to start it" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "mas.guard.containers" -}}
{{- $names := list .Chart.Name }}
{{- range concat .Values.initContainers .Values.extraContainers }}
{{- if has .name $names }}
{{- fail (printf "initContainers and extraContainers: %s is the name of another container" .name) }}
{{- end }}
{{- $names = append $names .name }}
{{- end }}
{{- if and (eq .Values.dnsPolicy "None") (not .Values.dnsConfig.nameservers) }}
{{- fail "dnsPolicy None needs dnsConfig.nameservers" }}
{{- end }}
{{- end }}

{{- define "mas.guard.audit" -}}
{{- with .Values.audit }}
{{- if ne (empty .destination) (empty .keySecret) }}
{{- fail "audit.destination and audit.keySecret go together: name both, or neither" }}
{{- end }}
{{- if hasPrefix "/" .destination }}
{{- $place := .destination }}
{{- $writable := false }}
{{- range $.Values.extraVolumeMounts }}
{{- $writable = or $writable (and (hasPrefix (printf "%s/" (trimSuffix "/" .mountPath)) $place) (not .readOnly)) }}
{{- end }}
{{- if not $writable }}
{{- fail (printf "audit.destination: no volume of extraVolumeMounts holds %s, and the rest of the container is read-only" .destination) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
