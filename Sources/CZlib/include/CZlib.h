// SPDX-License-Identifier: Apache-2.0
//
// Whole buffers through zlib, in gzip form. zlib's own interface is macros and a struct of callbacks, which Swift cannot use.
#ifndef WATCHBILL_CZLIB_H
#define WATCHBILL_CZLIB_H

#include <stddef.h>
#include <stdint.h>

#define CZLIB_CORRUPT (-1)
#define CZLIB_TOO_LARGE (-2)
#define CZLIB_NO_MEMORY (-3)

/// The most bytes that `count` bytes become.
size_t czlib_bound(size_t count);

/// Compresses into `capacity` bytes at `out`; the size, or a negative CZLIB value.
int64_t czlib_compress(const uint8_t *in, size_t count, uint8_t *out, size_t capacity);

/// Decompresses one gzip member, which must take up all of the input, into `capacity` bytes at `out`; the size, or a
/// negative CZLIB value.
int64_t czlib_decompress(const uint8_t *in, size_t count, uint8_t *out, size_t capacity);

#endif
