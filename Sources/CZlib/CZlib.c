// SPDX-License-Identifier: Apache-2.0
#include "CZlib.h"

#include <limits.h>
#include <string.h>
#include <zlib.h>

// Window bits of 15, plus 16 for the gzip form.
static const int window = 15 + 16;

size_t czlib_bound(size_t count) { return compressBound(count) + 32; }

int64_t czlib_compress(const uint8_t *in, size_t count, uint8_t *out, size_t capacity) {
    if (count > UINT_MAX || capacity > UINT_MAX) return CZLIB_TOO_LARGE;
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (deflateInit2(&stream, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) != Z_OK) return CZLIB_NO_MEMORY;
    stream.next_in = (Bytef *)in;
    stream.avail_in = (uInt)count;
    stream.next_out = out;
    stream.avail_out = (uInt)capacity;
    int status = deflate(&stream, Z_FINISH);
    int64_t size = (int64_t)stream.total_out;
    deflateEnd(&stream);
    return status == Z_STREAM_END ? size : CZLIB_TOO_LARGE;
}

int64_t czlib_decompress(const uint8_t *in, size_t count, uint8_t *out, size_t capacity) {
    if (count > UINT_MAX || capacity > UINT_MAX) return CZLIB_TOO_LARGE;
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (inflateInit2(&stream, window) != Z_OK) return CZLIB_NO_MEMORY;
    stream.next_in = (Bytef *)in;
    stream.avail_in = (uInt)count;
    stream.next_out = out;
    stream.avail_out = (uInt)capacity;
    int status = inflate(&stream, Z_FINISH);
    int64_t size = (int64_t)stream.total_out;
    size_t rest = stream.avail_in, room = stream.avail_out;
    inflateEnd(&stream);
    if (status == Z_STREAM_END) return rest == 0 ? size : CZLIB_CORRUPT;
    if (status == Z_MEM_ERROR) return CZLIB_NO_MEMORY;
    return (status == Z_BUF_ERROR || status == Z_OK) && room == 0 ? CZLIB_TOO_LARGE : CZLIB_CORRUPT;
}
