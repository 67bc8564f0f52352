{{/* SPDX-License-Identifier: Apache-2.0 */}}
{{/* Values that contradict each other. Types and bounds are the schema's matter; here is what no schema can say. Each check
     names the value, what is wrong with it and what to do. */}}

{{- define "watchbill.checks" -}}
{{- $problems := list }}
{{- $kube := .Capabilities.KubeVersion.Version }}
{{- if and (not .Values.allowUnsupportedKubernetes) (semverCompare "<1.27.0-0" $kube) }}
{{- $problems = append $problems (printf "Kubernetes %s is older than 1.27; upgrade it, or set allowUnsupportedKubernetes to true and be on your own" $kube) }}
{{- end }}
{{- $replicas := int .Values.replicas }}
{{- if and (gt $replicas 1) (not .Values.leaderElection.enabled) }}
{{- $problems = append $problems (printf "leaderElection.enabled: false, but replicas is %d: all of them would write; set replicas to 1, or leave the election on" $replicas) }}
{{- end }}
{{- $repository := .Values.image.repository }}
{{- if or (contains "@" $repository) (contains ":" (last (splitList "/" $repository))) }}
{{- $problems = append $problems (printf "image.repository: %q holds a tag or a digest; move it to image.tag or image.digest" $repository) }}
{{- end }}
{{- if and (not .Values.serviceAccount.create) (not .Values.serviceAccount.name) }}
{{- $problems = append $problems "serviceAccount.name: empty, but serviceAccount.create is false; name the account that exists" }}
{{- end }}
{{- if .Values.crds.cel }}
{{- if not .Values.crds.install }}
{{- $problems = append $problems "crds.cel: true, but crds.install is false, so that it has no effect; set one of the two" }}
{{- else if semverCompare "<1.25.0-0" $kube }}
{{- $problems = append $problems (printf "crds.cel: true, but Kubernetes %s knows no CEL in definitions; set it to false" $kube) }}
{{- end }}
{{- end }}
{{- with .Values.podDisruptionBudget }}
{{- if .enabled }}
{{- $least := .minAvailable | toString }}
{{- if or (and $least (not (hasSuffix "%" $least)) (ge (int $least) $replicas)) (eq $least "100%") }}
{{- $problems = append $problems (printf "podDisruptionBudget.minAvailable: %s of %d replicas, so that no node could ever be drained; lower it" $least $replicas) }}
{{- end }}
{{- if and (not $least) (has (toString .maxUnavailable) (list "0" "0%")) }}
{{- $problems = append $problems "podDisruptionBudget.maxUnavailable: 0, so that no node could ever be drained; raise it, or set podDisruptionBudget.enabled to false" }}
{{- end }}
{{- end }}
{{- end }}
{{- range $name := list "runAsUser" "runAsGroup" }}
{{- $id := index $.Values.podSecurityContext $name }}
{{- if and (not (kindIs "invalid" $id)) (eq (int64 $id) 0) }}
{{- $problems = append $problems (printf "podSecurityContext.%s: 0 is root, which the restricted Pod Security Standard refuses; give another number, or null" $name) }}
{{- end }}
{{- end }}
{{- range .Values.config.excludedNamespaces }}
{{- if has . $.Values.watchNamespaces }}
{{- $problems = append $problems (printf "config.excludedNamespaces: %q is in watchNamespaces too; remove it from one of the two" .) }}
{{- end }}
{{- end }}
{{- range $group := list "commonLabels" "podLabels" }}
{{- range $label := list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component" "app.kubernetes.io/version" "app.kubernetes.io/managed-by" "app.kubernetes.io/part-of" "helm.sh/chart" "watchbill.dev/operator" }}
{{- if hasKey (index $.Values $group) $label }}
{{- $problems = append $problems (printf "%s: %q is the chart's own; remove it" $group $label) }}
{{- end }}
{{- end }}
{{- end }}
{{- range $label, $_ := .Values.podLabels }}
{{- if hasKey $.Values.commonLabels $label }}
{{- $problems = append $problems (printf "podLabels: %q stands in commonLabels too; remove it from one of the two" $label) }}
{{- end }}
{{- end }}
{{- with .Values.config.egress }}
{{- range $name := list "httpProxy" "httpsProxy" }}
{{- $proxy := index $.Values.config.egress $name }}
{{- if and $proxy (not (regexMatch "^http://[^/@]+:[0-9]+/?$" $proxy)) }}
{{- $problems = append $problems (printf "config.egress.%s: it is no http://host:port without an account; correct it" $name) }}
{{- end }}
{{- end }}
{{- if and .noProxy (not .httpProxy) (not .httpsProxy) }}
{{- $problems = append $problems "config.egress.noProxy: set, but there is no proxy; name one, or remove it" }}
{{- end }}
{{- if and .authorities (not (contains "-----BEGIN CERTIFICATE-----" .authorities)) }}
{{- $problems = append $problems "config.egress.authorities: there is no PEM certificate in it; paste the CA's certificate" }}
{{- end }}
{{- end }}
{{- $hosts := dict }}
{{- range $index, $registry := .Values.config.registries }}
{{- range $member := list "host" "endpoint" }}
{{- $name := index $registry $member }}
{{- if and (not (contains "." $name)) (not (contains ":" $name)) }}
{{- $problems = append $problems (printf "config.registries[%d].%s: %q has no dot and no port; write host:port" $index $member $name) }}
{{- end }}
{{- end }}
{{- if hasKey $hosts $registry.host }}
{{- $problems = append $problems (printf "config.registries[%d].host: %q stands there twice; remove one" $index $registry.host) }}
{{- end }}
{{- $_ := set $hosts $registry.host true }}
{{- end }}
{{- with .Values.config.scanPod }}
{{- range $resource, $request := .requests }}
{{- $limit := index $.Values.config.scanPod.limits $resource }}
{{- if and $limit (gt (include "watchbill.amount" $request | float64) (include "watchbill.amount" $limit | float64)) }}
{{- $problems = append $problems (printf "config.scanPod.requests.%s: %v is more than config.scanPod.limits.%s, %v; lower it, or raise the limit" $resource $request $resource $limit) }}
{{- end }}
{{- end }}
{{- $limit := index .limits "memory" }}
{{- if and $limit .maximumMemory (gt (include "watchbill.amount" $limit | float64) (include "watchbill.amount" .maximumMemory | float64)) }}
{{- $problems = append $problems (printf "config.scanPod.maximumMemory: %v is less than config.scanPod.limits.memory, %v; raise it, or lower the limit" .maximumMemory $limit) }}
{{- end }}
{{- end }}
{{- if and .Values.metrics.serviceMonitor.enabled (not .Values.metrics.service.enabled) }}
{{- $problems = append $problems "metrics.serviceMonitor.enabled: true, but metrics.service.enabled is false, so that there is nothing to scrape; enable the Service" }}
{{- end }}
{{- if and .Values.hints.enabled (not .Values.hints.secretName) }}
{{- $problems = append $problems "hints.secretName: empty, but hints.enabled is true, so that nobody could send any; name a Secret with an entry for each provider" }}
{{- end }}
{{- if and .Values.hints.secretName (not .Values.hints.enabled) }}
{{- $problems = append $problems "hints.secretName: set, but hints.enabled is false, so that it has no effect; set hints.enabled to true, or remove it" }}
{{- end }}
{{- with .Values.ingressRoute }}
{{- if .enabled }}
{{- if not .host }}
{{- $problems = append $problems "ingressRoute.host: empty, but ingressRoute.enabled is true; name the host" }}
{{- end }}
{{- if not $.Values.metrics.service.enabled }}
{{- $problems = append $problems "ingressRoute.enabled: true, but metrics.service.enabled is false, so that there is nothing to show; enable the Service" }}
{{- end }}
{{- if and .tls.certResolver .tls.secretName }}
{{- $problems = append $problems "ingressRoute.tls: certResolver and secretName are both set; leave one of them away" }}
{{- end }}
{{- if and .oauth.enabled (not .oauth.chain) (not .oauth.address) }}
{{- $problems = append $problems "ingressRoute.oauth: neither chain nor address is set, so that nobody could log in; name one, or set ingressRoute.oauth.enabled to false to show the page to everybody" }}
{{- end }}
{{- if and .oauth.chain .oauth.address }}
{{- $problems = append $problems "ingressRoute.oauth: chain and address are both set; leave one of them away" }}
{{- end }}
{{- else if .homepage.enabled }}
{{- $problems = append $problems "ingressRoute.homepage.enabled: true, but ingressRoute.enabled is false, so that there is nothing to annotate; enable the route" }}
{{- end }}
{{- end }}
{{- if $problems }}
{{- fail (printf "\n\nThe values of this chart contradict each other:\n- %s\n" (join "\n- " $problems)) }}
{{- end }}
{{- end }}

{{/* A Kubernetes quantity as a plain number. */}}
{{- define "watchbill.amount" -}}
{{- $text := toString . }}
{{- $factors := dict "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 "Pi" 1125899906842624.0 }}
{{- $suffix := regexFind "[A-Za-z]+$" $text }}
{{- $number := trimSuffix $suffix $text | float64 }}
{{- if hasKey $factors $suffix }}{{ mulf $number (index $factors $suffix) }}{{ else }}{{ $number }}{{ end }}
{{- end }}
