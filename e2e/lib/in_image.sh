# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# The operator from the image's own files alone: PROGRAM becomes a wrapper that makes the root directory of `watchbill:dev`, as a
# registry has it, the process's root, and its user the image's. The state's folder alone is there beside it, so that the
# configuration is found. Sourced by scenarios, after lib/operator.sh.

# run_in_image: from here on start_operator starts it so.
run_in_image() {
  local bundle=$STATE/in-image
  rm -rf "$bundle"
  mkdir -p "$bundle"
  skopeo copy --quiet --src-tls-verify=false "docker://$REGISTRY/watchbill@$(digest watchbill)" "oci:$bundle/layout:dev" >/dev/null
  umoci unpack --image "$bundle/layout:dev" "$bundle/unpacked" >/dev/null 2>&1
  IMAGE_ROOT=$bundle/unpacked/rootfs
  mkdir -p "$IMAGE_ROOT/proc" "$IMAGE_ROOT/tmp" "$IMAGE_ROOT$STATE"
  chmod 1777 "$IMAGE_ROOT/tmp"
  # The image's user is nobody that this machine knows.
  install -m 644 "$OPERATOR_KUBECONFIG" "$STATE/in-image.kubeconfig"
  OPERATOR_KUBECONFIG=$STATE/in-image.kubeconfig
  cat >"$bundle/watchbill" <<SH
#!/usr/bin/env bash
exec unshare --mount --propagation private bash -c '
  mount --bind /proc "$IMAGE_ROOT/proc" && mount --bind "$STATE" "$IMAGE_ROOT$STATE" || exit 2
  exec chroot --userspec=65532:65532 "$IMAGE_ROOT" /usr/local/bin/watchbill "\$@"' in-image "\$@"
SH
  chmod 755 "$bundle/watchbill"
  PROGRAM=$bundle/watchbill
}
