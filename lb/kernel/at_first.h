/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_AT_FIRST_H
#define LB_KERNEL_AT_FIRST_H

/*
 * at_first - the program at clsact of some interfaces, once: until follow.c does it.
 */
#include <stddef.h>

#include <edge/sbuf.h>

/* At those named, or at all but the loopback.  0, or -errno with a sentence. */
int at_first_attach(int program, const char *const *interfaces, size_t n, struct sbuf *why);

#endif
