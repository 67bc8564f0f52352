// SPDX-License-Identifier: Apache-2.0
#include "CBuild.h"

#ifndef WATCHBILL_COMMIT
#define WATCHBILL_COMMIT "unknown"
#endif

const char *cbuild_commit(void) { return WATCHBILL_COMMIT; }
