# shellcheck shell=bash disable=SC2154
# Certificates, etcd, API server, controllers, scheduler, registry. Sourced by e2e/cluster.

# certificate NAME SUBJECT [ALTERNATIVE-NAMES]: signed by the state's own authority.
certificate() {
  local name=$STATE/pki/$1 subject=$2 names=${3:-}
  local extensions=$'basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=serverAuth,clientAuth'
  [ -z "$names" ] || extensions+=$'\nsubjectAltName='$names
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$subject" -keyout "$name.key" -out "$name.csr" 2>/dev/null
  openssl x509 -req -days 3650 -in "$name.csr" -CA "$STATE/pki/ca.crt" -CAkey "$STATE/pki/ca.key" -CAcreateserial \
    -extfile <(printf '%s' "$extensions") -out "$name.crt" 2>/dev/null
  rm "$name.csr"
}

# kubeconfig FILE CERTIFICATE: everything inside, so that the file can be copied anywhere.
kubeconfig() {
  cat >"$1" <<TEXT
apiVersion: v1
kind: Config
current-context: rig
contexts: [{name: rig, context: {cluster: rig, user: $2}}]
clusters:
  - name: rig
    cluster:
      server: https://127.0.0.1:$API_PORT
      certificate-authority-data: $(base64 -w0 "$STATE/pki/ca.crt")
users:
  - name: $2
    user:
      client-certificate-data: $(base64 -w0 "$STATE/pki/$2.crt")
      client-key-data: $(base64 -w0 "$STATE/pki/$2.key")
TEXT
  chmod 600 "$1"
}

make_certificates() {
  [ ! -e "$STATE/pki/done" ] || return 0
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=watchbill-rig \
    -addext keyUsage=critical,keyCertSign,cRLSign -keyout "$STATE/pki/ca.key" -out "$STATE/pki/ca.crt" 2>/dev/null
  certificate apiserver /CN=kube-apiserver "IP:127.0.0.1,IP:$GATEWAY,IP:$API_SERVICE,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local"
  certificate admin /O=system:masters/CN=admin
  # No group: what the operator may do comes from its rendered RBAC alone.
  certificate operator /CN=watchbill-operator
  certificate controllers /CN=system:kube-controller-manager
  certificate scheduler /CN=system:kube-scheduler
  certificate kubelet /O=system:nodes/CN=system:node:node1 "IP:$GATEWAY,DNS:node1"
  openssl genrsa -out "$STATE/pki/service-account.key" 2048 2>/dev/null
  local name
  for name in admin operator controllers scheduler kubelet; do kubeconfig "$STATE/$name.kubeconfig" $name; done
  touch "$STATE/pki/done"
}

registry_config() {
  # No cache of blob descriptors: a test may change the storage behind the registry's back.
  cat <<TEXT
version: 0.1
log: {level: warn, accesslog: {disabled: false}}
storage:
  filesystem: {rootdirectory: '$STATE/registry'}
  delete: {enabled: true}
http: {addr: '127.0.0.1:$PORT', secret: rig}
TEXT
}

start_servers() {
  if ! running registry; then
    registry_config >"$STATE/registry.yml"
    # Its access log goes to stdout, all else to stderr: two files make the first a clean witness.
    # shellcheck disable=SC2016
    start registry sh -c 'exec docker-registry serve "$1" >>"$2"' sh "$STATE/registry.yml" "$STATE/log/registry-access.log"
  fi
  if ! running etcd; then
    note "start etcd"
    start etcd etcd --data-dir "$STATE/etcd" --unsafe-no-fsync --logger zap --log-level warn \
      --listen-client-urls "http://127.0.0.1:$ETCD_PORT" --advertise-client-urls "http://127.0.0.1:$ETCD_PORT" \
      --listen-peer-urls "http://127.0.0.1:$ETCD_PEER_PORT" --initial-advertise-peer-urls "http://127.0.0.1:$ETCD_PEER_PORT" \
      --initial-cluster "default=http://127.0.0.1:$ETCD_PEER_PORT" --quota-backend-bytes $((8 << 30))
  fi
  if ! running apiserver; then
    note "start kube-apiserver"
    # Admission by NodeRestriction and the defaults. The advertised address is the bridge's: loopback is refused there.
    start apiserver kube-apiserver --etcd-servers "http://127.0.0.1:$ETCD_PORT" \
      --bind-address 127.0.0.1 --secure-port "$API_PORT" --advertise-address "$GATEWAY" \
      --service-cluster-ip-range "$SERVICE_NET.0/24" --allow-privileged=true \
      --authorization-mode Node,RBAC --anonymous-auth=true --enable-admission-plugins NodeRestriction \
      --client-ca-file "$STATE/pki/ca.crt" --tls-cert-file "$STATE/pki/apiserver.crt" --tls-private-key-file "$STATE/pki/apiserver.key" \
      --kubelet-certificate-authority "$STATE/pki/ca.crt" --kubelet-preferred-address-types InternalIP \
      --kubelet-client-certificate "$STATE/pki/admin.crt" --kubelet-client-key "$STATE/pki/admin.key" \
      --service-account-issuer https://kubernetes.default.svc \
      --service-account-key-file "$STATE/pki/service-account.key" --service-account-signing-key-file "$STATE/pki/service-account.key" \
      --audit-policy-file "$E2E/lib/audit-policy.yaml" --audit-log-path "$STATE/audit.log" --audit-log-maxsize 2000 \
      --feature-gates EphemeralContainers=true "${API_FLAGS[@]}"
  fi
}

start_controllers() {
  local kubectl=(kubectl --kubeconfig "$STATE/admin.kubeconfig" --request-timeout 5s)
  await 60 apiserver "${kubectl[@]}" get --raw /readyz
  running controllers ||
    start controllers kube-controller-manager --kubeconfig "$STATE/controllers.kubeconfig" --leader-elect=false \
      --authentication-kubeconfig "$STATE/controllers.kubeconfig" --authorization-kubeconfig "$STATE/controllers.kubeconfig" \
      --bind-address 127.0.0.1 --secure-port "$CONTROLLERS_PORT" --port 0 --kube-api-qps 200 --kube-api-burst 400 --use-service-account-credentials=true \
      --service-account-private-key-file "$STATE/pki/service-account.key" --root-ca-file "$STATE/pki/ca.crt" \
      --cluster-signing-cert-file "$STATE/pki/ca.crt" --cluster-signing-key-file "$STATE/pki/ca.key" \
      --feature-gates EphemeralContainers=true
  running scheduler ||
    start scheduler kube-scheduler --kubeconfig "$STATE/scheduler.kubeconfig" --leader-elect=false \
      --authentication-kubeconfig "$STATE/scheduler.kubeconfig" --authorization-kubeconfig "$STATE/scheduler.kubeconfig" \
      --bind-address 127.0.0.1 --secure-port "$SCHEDULER_PORT" --port 0 --feature-gates EphemeralContainers=true
  # The account appears once the controllers run; before it no Pod can be created.
  await 60 controllers "${kubectl[@]}" get serviceaccount default
  note "control plane runs"
}

stop_control_plane() {
  stop scheduler
  stop controllers
  # It waits for open watches before it goes; nothing is lost by not waiting.
  stop apiserver 2
  stop etcd
  stop registry
}
