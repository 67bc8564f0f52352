// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 of OpenSSL's libcrypto, through its low-level functions: the EVP interface would link the whole provider machinery.
#ifndef WATCHBILL_CDIGEST_H
#define WATCHBILL_CDIGEST_H

#include <stddef.h>
#include <stdint.h>

/// The state of one hash, copyable as plain memory.
typedef struct {
    uint64_t storage[14];
} cdigest_sha256;

void cdigest_sha256_init(cdigest_sha256 *state);
void cdigest_sha256_update(cdigest_sha256 *state, const void *bytes, size_t count);
/// Writes 32 bytes to `digest`; the state is spent.
void cdigest_sha256_final(cdigest_sha256 *state, uint8_t *digest);

#endif
