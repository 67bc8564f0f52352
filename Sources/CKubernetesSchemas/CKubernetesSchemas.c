// SPDX-License-Identifier: Apache-2.0
#pragma clang diagnostic ignored "-Wc23-extensions"
#include "CKubernetesSchemas.h"

static const uint8_t bytes[] = {
#embed "kubernetes-1.30.json.gz"
};

const uint8_t *ckubernetesschemas_bytes(void) { return bytes; }

size_t ckubernetesschemas_count(void) { return sizeof bytes; }
