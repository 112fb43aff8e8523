{{- define "shortlist.labels" -}}
app.kubernetes.io/name: shortlist
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "shortlist.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "shortlist.pod" -}}
securityContext: { runAsNonRoot: true, runAsUser: 10001, fsGroup: 10001, seccompProfile: { type: RuntimeDefault } }
automountServiceAccountToken: false
{{- end }}

{{- define "shortlist.container" -}}
image: {{ include "shortlist.image" . }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
volumeMounts: [{ name: data, mountPath: /data }, { name: tmp, mountPath: /tmp }]
{{- end }}

{{- define "shortlist.volumes" -}}
volumes: [{ name: data, emptyDir: {} }, { name: tmp, emptyDir: {} }]
{{- end }}
