// SPDX-License-Identifier: Apache-2.0
#include "CMemory.h"

#include <malloc.h>

void cmemory_spare(void) {
#ifdef M_ARENA_MAX
    mallopt(M_ARENA_MAX, 1);
#endif
    // Fixed, or glibc would raise it with the first large buffer that is freed, and put the next ones on the heap.
    mallopt(M_MMAP_THRESHOLD, 256 << 10);
    mallopt(M_TRIM_THRESHOLD, 512 << 10);
}

void cmemory_trim(void) { malloc_trim(0); }
