// SPDX-License-Identifier: Apache-2.0
//
// How glibc keeps memory. In C, because Swift's module of glibc leaves malloc.h out.
#ifndef WATCHBILL_CMEMORY_H
#define WATCHBILL_CMEMORY_H

/// Keeps little: one arena for all threads, buffers of 256 KiB and more on their own, and the rest given back early. To be
/// called before there is a second thread.
void cmemory_spare(void);

/// Gives back to the system whatever is free, also in the middle of the heap, and the pages of the program that were needed to
/// start it: relocations, symbols and metadata of Swift that are read once. What is used still comes back from the page cache.
void cmemory_trim(void);

#endif
