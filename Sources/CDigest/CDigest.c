// SPDX-License-Identifier: Apache-2.0
#define OPENSSL_SUPPRESS_DEPRECATED
#include "CDigest.h"

#include <openssl/sha.h>

_Static_assert(sizeof(SHA256_CTX) <= sizeof(cdigest_sha256), "the state holds OpenSSL's context");
_Static_assert(_Alignof(SHA256_CTX) <= _Alignof(cdigest_sha256), "the state is aligned for OpenSSL's context");

void cdigest_sha256_init(cdigest_sha256 *state) { SHA256_Init((SHA256_CTX *)state); }

void cdigest_sha256_update(cdigest_sha256 *state, const void *bytes, size_t count) {
    SHA256_Update((SHA256_CTX *)state, bytes, count);
}

void cdigest_sha256_final(cdigest_sha256 *state, uint8_t *digest) { SHA256_Final(digest, (SHA256_CTX *)state); }
