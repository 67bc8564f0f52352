// SPDX-License-Identifier: Apache-2.0
// The schemas of Kubernetes' built-in kinds, one JSON object by definition name, gzipped. In C, because Swift cannot embed a
// file; written by e2e/lib/kubernetes_schemas.py.
#ifndef CKUBERNETESSCHEMAS_H
#define CKUBERNETESSCHEMAS_H

#include <stddef.h>
#include <stdint.h>

const uint8_t *ckubernetesschemas_bytes(void);
size_t ckubernetesschemas_count(void);

#endif
