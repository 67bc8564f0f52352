// SPDX-License-Identifier: Apache-2.0
#ifndef WATCHBILL_CRE2_H
#define WATCHBILL_CRE2_H

#include <stddef.h>
#include <stdint.h>

// RE2 behind plain functions: patterns that are matched in time linear in the text, whatever they are. No exception leaves.

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cre2_pattern cre2_pattern;

// `text` is UTF-8. `memory` bounds the program and the automata that are built from it, in bytes. Null when the pattern is no
// good; `problem` then says why, zero-terminated and cut to `problem_size` bytes.
cre2_pattern *cre2_compile(const char *text, size_t length, int64_t memory, char *problem, size_t problem_size);
void cre2_free(cre2_pattern *pattern);
// How many groups capture.
int cre2_group_count(const cre2_pattern *pattern);
// The number of the group with that name, -1 where there is none.
int cre2_group_named(const cre2_pattern *pattern, const char *name);
// Looks for the pattern anywhere in `text`. 1 where it is found, 0 where it is not.
int cre2_matches(const cre2_pattern *pattern, const char *text, size_t length);
// The same, and where `group` (0 for the whole) was matched; `start` is -1 where the group took no part.
int cre2_search(
    const cre2_pattern *pattern, const char *text, size_t length, int group, ptrdiff_t *start, ptrdiff_t *end);

#ifdef __cplusplus
}
#endif

#endif
