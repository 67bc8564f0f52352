// SPDX-License-Identifier: Apache-2.0
// A certificate authority for one server: what TLS on loopback needs, from the BoringSSL inside swift-nio-ssl.
#ifndef CCERTIFICATES_H
#define CCERTIFICATES_H

#include <stddef.h>

/// Makes an authority and a server certificate that it signed, for `names` (`DNS:localhost,IP:127.0.0.1`), valid for `days`.
/// Writes PEM texts with their final zero into buffers of `capacity` bytes; the authority's key is not kept.
/// 0, or the number of the step that failed.
int ccertificates_make(const char *names, int days, char *authority, char *certificate, char *key, size_t capacity);

#endif
