{{/* SPDX-License-Identifier: Apache-2.0 */}}
{{/* Names, labels and small decisions that several templates share. */}}

{{- define "watchbill.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "watchbill.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains (include "watchbill.name" .) .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "watchbill.name" .) | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "watchbill.selectorLabels" -}}
app.kubernetes.io/name: {{ include "watchbill.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end }}

{{/* Of every object; what selects Pods is added where it is needed. */}}
{{- define "watchbill.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/name: {{ include "watchbill.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: watchbill
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "watchbill.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (include "watchbill.fullname" .) }}
{{- end }}

{{- define "watchbill.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}
{{- end }}

{{/* Of every Pod that runs our program: what the restricted Pod Security Standard asks for. */}}
{{- define "watchbill.podSecurityContext" -}}
runAsNonRoot: true
{{- range $name, $id := .Values.podSecurityContext }}
{{- if not (kindIs "invalid" $id) }}
{{ $name }}: {{ $id | int64 }}
{{- end }}
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "watchbill.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "watchbill.config" -}}
{{- $config := deepCopy .Values.config }}
{{- if not $config.scanPod.priorityClassName }}{{ $_ := unset $config.scanPod "priorityClassName" }}{{ end }}
{{- toYaml $config }}
{{- end }}

{{/* The namespaces in which rights on namespaced objects are given, as a JSON list; empty: in all of them. */}}
{{- define "watchbill.namespaces" -}}
{{- if .Values.watchNamespaces }}
{{- append .Values.watchNamespaces .Release.Namespace | uniq | sortAlpha | toJson }}
{{- else }}
{{- list | toJson }}
{{- end }}
{{- end }}

{{- define "watchbill.cel" -}}
{{- if .Values.crds.cel }}yes{{ end }}
{{- end }}

{{- define "watchbill.hasServiceMonitor" -}}
{{- if and .Values.metrics.serviceMonitor.enabled (.Capabilities.APIVersions.Has "monitoring.coreos.com/v1") }}yes{{ end }}
{{- end }}

{{- define "watchbill.hasIngressRoute" -}}
{{- if and .Values.ingressRoute.enabled (.Capabilities.APIVersions.Has "traefik.io/v1alpha1") }}yes{{ end }}
{{- end }}

{{/* Name of the Middleware that asks for a login; empty: none. */}}
{{- define "watchbill.oauthChain" -}}
{{- if .Values.ingressRoute.oauth.enabled }}
{{- .Values.ingressRoute.oauth.chain | default (printf "%s-oauth" (include "watchbill.fullname" .)) }}
{{- end }}
{{- end }}

{{/* Whom the operator's roles are bound to. */}}
{{- define "watchbill.subject" }}
subjects:
- kind: ServiceAccount
  name: {{ include "watchbill.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end }}

{{/* Where the operator and scan Pods may connect to. */}}
{{- define "watchbill.egress" }}
egress:
  - ports:
      - {protocol: UDP, port: 53}
      - {protocol: TCP, port: 53}
  - ports:
      {{- range .Values.networkPolicy.egressPorts }}
      - {protocol: TCP, port: {{ . }}}
      {{- end }}
  {{- with .Values.networkPolicy.extraEgress }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{/* The Service of oauth2-proxy, as Traefik names one. */}}
{{- define "watchbill.oauthService" -}}
name: {{ .oauth.service.name }}
{{- with .oauth.service.namespace }}
namespace: {{ . }}
{{- end }}
port: {{ .oauth.service.port }}
{{- end }}
