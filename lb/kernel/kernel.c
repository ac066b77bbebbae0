/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel - the kernel engine in edge-lb's main thread.
 */
#include "kernel.h"

int
kernel_possible(struct sbuf *why)
{
	(void)why;
	return 0;
}

int
kernel_detach(const char *pins, struct sbuf *why)
{
	(void)pins;
	(void)why;
	return 0;
}
