/* SPDX-License-Identifier: BSD-2-Clause */
#include "at_first.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>

static int
attach_one(int program, unsigned ifindex)
{
	LIBBPF_OPTS(
	    bpf_tc_hook, hook, .ifindex = (int)ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = program, .handle = 1, .priority = 1,
	    .flags = BPF_TC_F_REPLACE);
	int err = bpf_tc_hook_create(&hook);

	return err != 0 && err != -EEXIST ? err : bpf_tc_attach(&hook, &opts);
}

int
at_first_attach(int program, const char *const *interfaces, size_t n, struct sbuf *why)
{
	struct if_nameindex *all = if_nameindex();
	int err = all == NULL ? -errno : 0;

	for (struct if_nameindex *i = all; err == 0 && i->if_index != 0; i++) {
		bool named = n == 0 && strcmp(i->if_name, "lo") != 0;

		for (size_t k = 0; k < n; k++)
			named = named || strcmp(interfaces[k], i->if_name) == 0;
		if (named)
			err = attach_one(program, i->if_index);
		if (err != 0)
			sbuf_addf(why,
			    "%s: cannot attach the kernel engine's program: %s",
			    i->if_name, strerror(-err));
	}
	if (all != NULL)
		if_freenameindex(all);
	return err;
}
