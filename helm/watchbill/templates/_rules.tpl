{{/* Rendered by `make render`; do not edit. */}}
{{/* What the operator needs of kinds without a namespace. */}}
{{- define "watchbill.rules.cluster" }}
- apiGroups:
  - ''
  resources:
  - namespaces
  - nodes
  verbs:
  - get
  - list
  - watch
{{- end }}
{{/* What it needs in every namespace that it watches. */}}
{{- define "watchbill.rules.namespaces" }}
- apiGroups:
  - ''
  resources:
  - configmaps
  verbs:
  - create
  - get
- apiGroups:
  - ''
  resourceNames:
  - watchbill-explain
  resources:
  - configmaps
  verbs:
  - delete
  - get
  - patch
- apiGroups:
  - ''
  resources:
  - events
  verbs:
  - list
- apiGroups:
  - ''
  resources:
  - pods
  verbs:
  - get
  - list
  - watch
- apiGroups:
  - ''
  resources:
  - pods/log
  verbs:
  - get
- apiGroups:
  - apps
  resources:
  - replicasets
  verbs:
  - get
  - list
  - watch
- apiGroups:
  - batch
  resources:
  - jobs
  verbs:
  - create
  - delete
  - get
  - list
  - watch
- apiGroups:
  - events.k8s.io
  resources:
  - events
  verbs:
  - create
- apiGroups:
  - watchbill.dev
  resources:
  - channels/status
  - imagewatches/status
  - scanpolicies/status
  verbs:
  - patch
- apiGroups:
  - watchbill.dev
  resources:
  - channels
  - imagewatches
  - scanpolicies
  verbs:
  - get
  - list
  - watch
- apiGroups:
  - watchbill.dev
  resources:
  - scanreports
  verbs:
  - create
  - delete
  - get
  - list
  - patch
  - watch
{{- end }}
{{/* What it needs in its own namespace beside that. */}}
{{- define "watchbill.rules.own" }}
- apiGroups:
  - ''
  resources:
  - configmaps
  verbs:
  - create
  - get
  - list
  - patch
  - watch
- apiGroups:
  - coordination.k8s.io
  resources:
  - leases
  verbs:
  - create
  - get
  - update
{{- end }}
{{/* What it needs where it may read pull secrets. */}}
{{- define "watchbill.rules.secrets" }}
- apiGroups:
  - ''
  resources:
  - secrets
  verbs:
  - get
{{- end }}
{{/* What users may see. */}}
{{- define "watchbill.rules.view" }}
- apiGroups:
  - watchbill.dev
  resources:
  - channels
  - imagewatches
  - scanpolicies
  - scanreports
  verbs:
  - get
  - list
  - watch
{{- end }}
{{/* What users may change. */}}
{{- define "watchbill.rules.edit" }}
- apiGroups:
  - watchbill.dev
  resources:
  - channels
  - imagewatches
  - scanpolicies
  verbs:
  - create
  - delete
  - deletecollection
  - patch
  - update
{{- end }}
{{/* The same: who administers a namespace writes no reports either. */}}
{{- define "watchbill.rules.admin" }}
- apiGroups:
  - watchbill.dev
  resources:
  - channels
  - imagewatches
  - scanpolicies
  verbs:
  - create
  - delete
  - deletecollection
  - patch
  - update
{{- end }}
{{/* What cleaning up needs in every namespace. */}}
{{- define "watchbill.rules.sweep.namespaces" }}
- apiGroups:
  - batch
  resources:
  - jobs
  verbs:
  - delete
  - list
{{- end }}
{{/* And in the operator's own. */}}
{{- define "watchbill.rules.sweep.own" }}
- apiGroups:
  - ''
  resources:
  - configmaps
  verbs:
  - delete
  - list
- apiGroups:
  - coordination.k8s.io
  resources:
  - leases
  verbs:
  - delete
  - list
{{- end }}
{{/* What `helm test` needs. */}}
{{- define "watchbill.rules.check.own" }}
- apiGroups:
  - watchbill.dev
  resources:
  - scanpolicies
  verbs:
  - create
  - delete
  - get
{{- end }}
