// SPDX-License-Identifier: Apache-2.0
// What this build was made from. In C, because a new commit then costs one file and a link, and no Swift module.
#ifndef CBUILD_H
#define CBUILD_H
/// The commit, 40 hexadecimal digits; with `-changed` when files differed from it; `unknown` outside a checkout.
const char *cbuild_commit(void);
#endif
