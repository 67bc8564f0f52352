{{/* SPDX-License-Identifier: Apache-2.0 */}}
{{/* What hooks are made of: an account that lives as long as the hook, its rights, and a Pod that runs our program. */}}

{{/* (list ROOT HOOK), HOOK with name, hook, policy and weight. */}}
{{- define "watchbill.hookMetadata" }}
{{- $root := index . 0 }}
{{- $hook := index . 1 }}
  name: {{ $hook.name }}
  {{- if not $hook.isClusterWide }}
  namespace: {{ $hook.namespace | default $root.Release.Namespace }}
  {{- end }}
  labels:
    {{- include "watchbill.labels" $root | nindent 4 }}
  annotations:
    helm.sh/hook: {{ $hook.hook }}
    helm.sh/hook-weight: {{ $hook.weight | quote }}
    helm.sh/hook-delete-policy: {{ $hook.policy }}
{{- end }}

{{- define "watchbill.hookAccount" }}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "watchbill.hookMetadata" . }}
automountServiceAccountToken: false
{{- end }}

{{/* (list ROOT HOOK SUFFIX NAMESPACE RULES): a role and its binding; in all namespaces when NAMESPACE is empty. */}}
{{- define "watchbill.hookRole" }}
{{- $root := index . 0 }}
{{- $namespace := index . 3 }}
{{- $kind := ternary "Role" "ClusterRole" (ne $namespace "") }}
{{- $account := (index . 1).name }}
{{- $hook := merge (dict "name" (printf "%s-%s" $account (index . 2)) "namespace" $namespace "isClusterWide" (eq $namespace "")) (index . 1) }}
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $kind }}
metadata:
  {{- include "watchbill.hookMetadata" (list $root $hook) }}
rules:
{{- include (index . 4) $root }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $kind }}Binding
metadata:
  {{- include "watchbill.hookMetadata" (list $root $hook) }}
roleRef:
  kind: {{ $kind }}
  name: {{ $hook.name }}
  apiGroup: rbac.authorization.k8s.io
subjects:
- kind: ServiceAccount
  name: {{ $account }}
  namespace: {{ $root.Release.Namespace }}
{{- end }}

{{/* (list ROOT ACCOUNT ARGUMENTS) */}}
{{- define "watchbill.hookPod" }}
{{- $root := index . 0 -}}
serviceAccountName: {{ index . 1 }}
automountServiceAccountToken: true
enableServiceLinks: false
{{- with $root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  {{- include "watchbill.podSecurityContext" $root | nindent 2 }}
{{- with $root.Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
containers:
  - name: watchbill
    image: {{ include "watchbill.image" $root }}
    imagePullPolicy: {{ $root.Values.image.pullPolicy }}
    args:
      - installation
      {{- range index . 2 }}
      - {{ . }}
      {{- end }}
    env:
      - name: POD_NAMESPACE
        valueFrom:
          fieldRef:
            fieldPath: metadata.namespace
    terminationMessagePolicy: FallbackToLogsOnError
    resources:
      requests: {cpu: 20m, memory: 32Mi}
      limits: {memory: 128Mi}
    securityContext:
      {{- include "watchbill.containerSecurityContext" $root | nindent 6 }}
{{- end }}
