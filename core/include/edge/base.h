/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_BASE_H
#define EDGE_BASE_H

/*
 * base - the few macros everything may use.  Includes nothing of ours.
 */
#include <stddef.h>

#define countof(a) (sizeof(a) / sizeof((a)[0]))

#define container_of(ptr, type, member)                                                  \
	((type *)(void *)((char *)(ptr)-offsetof(type, member)))

#define edge_printf(fmt, first) __attribute__((format(printf, fmt, first)))
#define edge_noreturn           __attribute__((noreturn))

#endif
