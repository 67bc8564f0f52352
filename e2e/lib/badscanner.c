// SPDX-License-Identifier: Apache-2.0
// Scanners that do what scanners do on bad days; MODE is CRASH, HANG or HOARD.
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void) {
#if defined(CRASH)
    raise(SIGSEGV);
#elif defined(HANG)
    for (;;) pause();
#elif defined(HOARD)
    for (;;) {
        char *block = malloc(1 << 20);
        if (block) memset(block, 1, 1 << 20);
    }
#endif
    return 0;
}
