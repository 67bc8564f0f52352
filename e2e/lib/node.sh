# shellcheck shell=bash disable=SC2154
# One node: containerd and a kubelet, Pods on a bridge. Sourced by e2e/cluster.

HIERARCHIES=(cpu cpuacct cpuset memory pids systemd blkio devices freezer hugetlb unified)

containerd_config() {
  # restrict_oom_score_adj: without it runc asks for a score below its own, and every sandbox fails with a
  # permission error on a machine that is itself a container or a small VM.
  cat <<TEXT
version = 2
root = "$STATE/containerd/root"
state = "$STATE/containerd/state"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.grpc.v1.btrfs"]
[grpc]
  address = "$STATE/containerd/sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "watchbill.invalid/pause:1"
  restrict_oom_score_adj = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "$STREAM_PORT"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
  options = {Root = "$STATE/containerd/runc"}
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "/usr/lib/cni"
  conf_dir = "$STATE/cni"
  max_conf_num = 1
[plugins."io.containerd.grpc.v1.cri".registry.mirrors."localhost:$PORT"]
  endpoint = ["http://localhost:$PORT"]
TEXT
}

cni_config() {
  # Masquerading is one rule of ours (see network), so that no plugin leaves rules behind.
  cat <<TEXT
{"cniVersion": "0.4.0", "name": "watchbill-$PORT", "plugins": [
  {"type": "bridge", "bridge": "$BRIDGE", "isGateway": true, "ipMasq": false, "hairpinMode": true,
   "ipam": {"type": "host-local", "dataDir": "$STATE/cni-addresses", "ranges": [[{"subnet": "$POD_NET.0/24"}]],
            "routes": [{"dst": "0.0.0.0/0"}]}}]}
TEXT
}

kubelet_config() {
  # No limits on disk: the machine's disk is not the rig's to judge. No throttle worth the name, or thirty Jobs take
  # half a minute. The name server is an address where nothing listens, so that a look-up in a Pod fails at once and
  # no event complains of a missing one.
  cat <<TEXT
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $GATEWAY
port: $KUBELET_PORT
healthzBindAddress: 127.0.0.1
healthzPort: $KUBELET_HEALTH_PORT
tlsCertFile: $STATE/pki/kubelet.crt
tlsPrivateKeyFile: $STATE/pki/kubelet.key
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $STATE/pki/ca.crt}}
authorization: {mode: Webhook}
cgroupDriver: cgroupfs
cgroupRoot: /$BRIDGE
clusterDNS: [$GATEWAY]
clusterDomain: cluster.local
failSwapOn: false
makeIPTablesUtilChains: false
imageGCHighThresholdPercent: 100
evictionHard: {nodefs.available: 0%, imagefs.available: 0%, memory.available: 100Mi}
nodeStatusUpdateFrequency: 1s
nodeStatusReportFrequency: 10s
syncFrequency: 10s
serializeImagePulls: false
registryPullQPS: 0
eventRecordQPS: 0
kubeAPIQPS: 200
kubeAPIBurst: 400
featureGates: {EphemeralContainers: true, DevicePlugins: false}
TEXT
}

make_cgroups() {
  # Kubelet wants its root to exist in every hierarchy; a new cpuset is empty until it is told its share.
  local hierarchy directory file
  for hierarchy in "${HIERARCHIES[@]}"; do
    [ -d "/sys/fs/cgroup/$hierarchy" ] && [ "$hierarchy" != unified ] || continue
    directory=/sys/fs/cgroup/$hierarchy/$BRIDGE
    mkdir -p "$directory"
    [ "$hierarchy" = cpuset ] || continue
    for file in cpuset.cpus cpuset.mems; do cat "/sys/fs/cgroup/cpuset/$file" >"$directory/$file"; done
  done
}

# rules ACTION: the address translation of the bridge. What Pods send to the gateway's registry and API ports, and
# to the API's Service address, ends at the servers on loopback; what leaves the bridge is masqueraded.
rules() {
  local action=$1 mark=(-m comment --comment "watchbill $BRIDGE")
  iptables -w -t nat "$action" PREROUTING -i "$BRIDGE" -p tcp -d "$GATEWAY" --dport "$PORT" "${mark[@]}" -j DNAT --to "127.0.0.1:$PORT" &&
    iptables -w -t nat "$action" PREROUTING -i "$BRIDGE" -p tcp -d "$GATEWAY" --dport "$API_PORT" "${mark[@]}" -j DNAT --to "127.0.0.1:$API_PORT" &&
    iptables -w -t nat "$action" PREROUTING -i "$BRIDGE" -p tcp -d "$API_SERVICE" --dport 443 "${mark[@]}" -j DNAT --to "127.0.0.1:$API_PORT" &&
    iptables -w -t nat "$action" OUTPUT -p tcp -d "$GATEWAY" --dport "$PORT" "${mark[@]}" -j DNAT --to "127.0.0.1:$PORT" &&
    iptables -w -t nat "$action" OUTPUT -p tcp -d "$GATEWAY" --dport "$API_PORT" "${mark[@]}" -j DNAT --to "127.0.0.1:$API_PORT" &&
    iptables -w -t nat "$action" POSTROUTING -s "$POD_NET.0/24" ! -d "$POD_NET.0/24" "${mark[@]}" -j MASQUERADE &&
    iptables -w "$action" FORWARD -i "$BRIDGE" "${mark[@]}" -j ACCEPT &&
    iptables -w "$action" FORWARD -o "$BRIDGE" "${mark[@]}" -j ACCEPT
}

network_up() {
  if ! ip link show "$BRIDGE" >/dev/null 2>&1; then
    ip link add "$BRIDGE" type bridge
    ip address add "$GATEWAY/24" dev "$BRIDGE"
    ip link set "$BRIDGE" up
  fi
  # route_localnet lets the rules above lead from the bridge to loopback.
  echo 1 >/proc/sys/net/ipv4/ip_forward
  echo 1 >"/proc/sys/net/ipv4/conf/$BRIDGE/route_localnet"
  rules -C 2>/dev/null || { clear_rules; rules -A; }
}

# Every rule with our mark, one by one, so that a half-made set goes too.
clear_rules() {
  local table chain line
  for table in nat filter; do
    for chain in PREROUTING INPUT OUTPUT FORWARD POSTROUTING; do
      while line=$(iptables -w -t $table -L $chain -n --line-numbers 2>/dev/null | awk -v mark="/* watchbill $BRIDGE */" 'index($0, mark) {print $1; exit}') && [ -n "$line" ]; do
        iptables -w -t $table -D $chain "$line"
      done
    done
  done
}

import_pause() {
  local ctr=(ctr --address "$STATE/containerd/sock" --namespace k8s.io)
  [ -z "$("${ctr[@]}" images list -q 'name==watchbill.invalid/pause:1')" ] || return 0
  gcc -static -Os -o "$STATE/pause" "$E2E/lib/pause.c"
  python3 "$E2E/lib/archive.py" --tag watchbill.invalid/pause:1 --entrypoint /pause --output "$STATE/pause.tar" "$STATE/pause=/pause"
  "${ctr[@]}" images import "$STATE/pause.tar" >>"$STATE/log/containerd.log"
  rm "$STATE/pause" "$STATE/pause.tar"
}

node_ready() {
  # Ready as the kubelet that this run started says it: an old record would say so too.
  local said
  said=$(kubectl --kubeconfig "$STATE/admin.kubeconfig" --request-timeout 5s get node node1 \
    -o 'jsonpath={range .status.conditions[?(@.type=="Ready")]}{.status} {.lastHeartbeatTime}{end}')
  [[ $said == "True "* && ! ${said#True } < ${NODE_STARTED:-} ]]
}

# Called while the API server starts: a kubelet first asks for five seconds whether there is a Docker, and then tries
# to register until it can.
start_node() {
  [ "$(id -u)" = 0 ] || die "a node needs root" "--node" "run as root, or leave --node away"
  [ -d /sys/fs/cgroup/memory ] ||
    die "cgroup v1 is not mounted" "/sys/fs/cgroup" "boot with systemd.unified_cgroup_hierarchy=0: this kubelet knows no other"
  make_cgroups
  network_up
  mkdir -p "$STATE/containerd" "$STATE/cni" "$STATE/kubelet"
  cni_config >"$STATE/cni/bridge.conflist"
  if ! running containerd; then
    note "start containerd"
    containerd_config >"$STATE/containerd/config.toml"
    ! running kubelet || stop kubelet
    # A kubelet deletes, once a minute, the logs of all Pods that it does not know, and the directory is fixed in its
    # source: with two nodes on one machine each would delete the other's. So a node sees a directory of its own there.
    mkdir -p /var/log/pods "$STATE/pod-logs"
    start containerd unshare --mount --propagation private bash -c 'mount --bind "$1" /var/log/pods && shift && exec "$@"' - \
      "$STATE/pod-logs" containerd --config "$STATE/containerd/config.toml" --log-level warn
  fi
  await 30 containerd ctr --address "$STATE/containerd/sock" version
  import_pause
  if ! running kubelet; then
    note "start kubelet"
    kubelet_config >"$STATE/kubelet.yaml"
    # In the namespace of containerd, which must see the volumes that the kubelet mounts.
    start kubelet nsenter --mount="/proc/$(pid_of containerd)/ns/mnt" kubelet --config "$STATE/kubelet.yaml" --kubeconfig "$STATE/kubelet.kubeconfig" \
      --root-dir "$STATE/kubelet" --hostname-override node1 --node-ip "$GATEWAY" \
      --container-runtime remote --container-runtime-endpoint "unix://$STATE/containerd/sock" \
      --pod-infra-container-image watchbill.invalid/pause:1
    NODE_STARTED=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  fi
}

await_node() {
  await 60 kubelet node_ready
  note "node1 is Ready"
}

# The processes whose command line names this state's containerd: its shims.
shims() { pgrep -f "^[^ ]*containerd-shim-runc-v2 -namespace k8s.io -id [0-9a-f]+ -address $STATE/containerd/sock( |$)" || true; }

stop_containers() {
  local ctr=(ctr --address "$STATE/containerd/sock" --namespace k8s.io) file pid
  if running containerd; then
    "${ctr[@]}" tasks list -q | xargs -r -P 8 -n 1 "${ctr[@]}" tasks delete --force >>"$STATE/log/containerd.log" 2>&1 || true
  fi
  stop containerd
  # What is left when containerd had died before. Containers live in our own part of the cgroups, so every process
  # in it is ours.
  for pid in $(shims) $(find "/sys/fs/cgroup/pids/$BRIDGE" -name cgroup.procs -exec cat {} + 2>/dev/null); do
    kill -KILL "$pid" 2>/dev/null || true
  done
  for file in "$STATE"/containerd/state/io.containerd.runtime.v2.task/*/*/address; do
    [ ! -e "$file" ] || rm -f "$(sed 's#^unix://##' "$file")"
  done
}

# The plugins remember each Pod's network outside of the state directory; their record names its namespace.
forget_networks() {
  local file container network
  for file in /var/lib/cni/results/watchbill-"$PORT"-*-eth0; do
    [ -e "$file" ] || continue
    container=${file#*/watchbill-"$PORT"-}
    for network in $(grep -o '"sandbox": *"[^"]*"' "$file" | cut -d'"' -f4); do
      umount -l "$network" 2>/dev/null || true
      rm -f "$network"
    done
    rm -f "$file" "/var/lib/cni/results/cni-loopback-${container%-eth0}-lo"
  done
  rm -rf "$STATE/cni-addresses"
}

# The kubelet writes the logs of Pods outside of the state directory too; they stay until the state goes.
forget_logs() {
  local directory
  for directory in "$STATE"/kubelet/pods/*; do
    [ ! -d "$directory" ] || rm -rf /var/log/pods/*_"$(basename "$directory")"
  done
  find /var/log/containers -xtype l -delete 2>/dev/null || true
}

stop_node() {
  stop kubelet
  stop_containers
  local mount hierarchy
  # Deepest first, or an outer mount is busy.
  for mount in $(awk -v root="$STATE/" 'index($5, root) == 1 {print $5}' /proc/self/mountinfo | sort -r); do
    umount -l "$mount"
  done
  forget_networks
  # As after a reboot: what ran is gone, what was pulled stays.
  rm -rf "$STATE/containerd/state" "$STATE/containerd/runc"
  if ip link show "$BRIDGE" >/dev/null 2>&1; then
    clear_rules
    ip link delete "$BRIDGE"
  fi
  for hierarchy in "${HIERARCHIES[@]}"; do
    [ ! -d "/sys/fs/cgroup/$hierarchy/$BRIDGE" ] || find "/sys/fs/cgroup/$hierarchy/$BRIDGE" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
}
