/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel_none - the kernel engine of a build without it. */
#include "kernel.h"

#include <errno.h>

int
kernel_possible(struct sbuf *why)
{
	sbuf_addf(why, "this edge-lb was built without the kernel engine (libbpf, clang)");
	return -ENOSYS;
}

int
kernel_detach(const char *pins, struct sbuf *why)
{
	(void)pins;
	return kernel_possible(why);
}
