// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CMemory.h"

#include <link.h>
#include <malloc.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

void cmemory_spare(void) {
#ifdef M_ARENA_MAX
    mallopt(M_ARENA_MAX, 1);
#endif
    // Fixed, or glibc would raise it with the first large buffer that is freed, and put the next ones on the heap.
    mallopt(M_MMAP_THRESHOLD, 256 << 10);
    mallopt(M_TRIM_THRESHOLD, 512 << 10);
}

// The program is the first object of all; the others are the system's.
static int forget_segments(struct dl_phdr_info *object, size_t size, void *unused) {
    (void)size, (void)unused;
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (size_t index = 0; index < object->dlpi_phnum; index++) {
        const ElfW(Phdr) *header = &object->dlpi_phdr[index];
        if (header->p_type != PT_DYNAMIC) continue;
        // Code that was changed when it was loaded is nowhere else.
        for (const ElfW(Dyn) *entry = (const ElfW(Dyn) *)(object->dlpi_addr + header->p_vaddr); entry->d_tag != DT_NULL; entry++)
            if (entry->d_tag == DT_TEXTREL) return 1;
    }
    for (size_t index = 0; index < object->dlpi_phnum; index++) {
        const ElfW(Phdr) *header = &object->dlpi_phdr[index];
        if (header->p_type != PT_LOAD || header->p_flags & PF_W) continue;
        const size_t start = (object->dlpi_addr + header->p_vaddr) & ~(page - 1);
        const size_t end = (object->dlpi_addr + header->p_vaddr + header->p_memsz + page - 1) & ~(page - 1);
        madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 1;
}

void cmemory_trim(void) {
    malloc_trim(0);
    dl_iterate_phdr(forget_segments, NULL);
}
