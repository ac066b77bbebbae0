/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_KERNEL_H
#define LB_KERNEL_KERNEL_H

/*
 * kernel - the kernel engine, as edge-lb's main thread holds it.
 *
 * README.md tells the packet's side.  Built without libbpf or clang, kernel_none.c answers
 * everything with -ENOSYS and a sentence.
 */
#include <stdbool.h>

#include <edge/model.h>
#include <edge/sbuf.h>

struct kernel;

/* Whether this host and this build can: 0, or -errno with a sentence in @why that names
 * what is missing.  Changes nothing. */
int kernel_possible(struct sbuf *why);

/* Takes away everything that any edge-lb left in the kernel under @pins: programs, maps,
 * links.  Flows end.  0, also when there is nothing; or -errno with a sentence. */
int kernel_detach(const char *pins, struct sbuf *why);

#endif
