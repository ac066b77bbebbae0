/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any file as a configuration.  What is accepted must be whole: it has pools and a hash.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <edge/conf.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct model *m = NULL;
	struct diags diags;
	char path[64];
	int fd = memfd_create("conf", MFD_CLOEXEC);

	if (fd < 0 || write(fd, octets, n) != (ssize_t)n)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	diags_init(&diags);
	if (conf_load(path, &m, &diags)) {
		assert(m != NULL && m->n_pools > 0 && m->hash != 0);
		assert(diags.counts[DIAG_ERROR] == 0);
	} else {
		assert(m == NULL && diags.counts[DIAG_ERROR] > 0);
	}
	model_free(&m);
	diags_fini(&diags);
	close(fd);
	return 0;
}
