/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any file as a configuration.  What is accepted must be whole: it has pools and a hash.
 * And what the guard accepts, libconfig must read without an error: our reading of the
 * syntax is its reading, or it would find other settings than we checked.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libconfig.h>

#include <edge/conf.h>

#include "conf_guard.h"
#include "fuzz.h"

static void
guard_and_libconfig(const uint8_t *octets, size_t n)
{
	struct conf_text text = {0};
	struct diags diags;
	config_t config;

	diags_init(&diags);
	config_init(&config);
	if (conf_text_set(&text, "fuzz", (const char *)octets, n, &diags) &&
	    conf_guard(&text, &diags)) {
		assert(diags.n == 0);
		assert(config_read_string(&config, text.octets) == CONFIG_TRUE);
	} else {
		assert(diags.n == 1);
	}
	config_destroy(&config);
	conf_text_fini(&text);
	diags_fini(&diags);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct model *m = NULL;
	struct diags diags;
	char path[64];
	int fd = memfd_create("conf", MFD_CLOEXEC);

	if (fd < 0 || write(fd, octets, n) != (ssize_t)n)
		abort();
	guard_and_libconfig(octets, n);
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
