/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * possible - what this host lacks for the kernel engine, by name.
 *
 * Asked of the kernel rather than of its version: what a distribution has taken over from
 * a later one counts, and what a container or a sandbox forbids.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <edge/base.h>

#include "kernel.h"
#include "possible.h"

#define CPUS_MAX 65536 /* more than any kernel takes */

#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#define CAP_BPF     39
#endif

static int
check_capabilities(struct sbuf *why)
{
	static const struct {
		int number;
		const char *name;
	} needed[] = {{CAP_BPF, "CAP_BPF"}, {CAP_NET_ADMIN, "CAP_NET_ADMIN"},
	    {CAP_PERFMON, "CAP_PERFMON"}};
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct caps[2];
	const char *between = "the kernel engine needs ";

	if (syscall(SYS_capget, &header, caps) != 0)
		return 0;
	for (size_t i = 0; i < countof(needed); i++) {
		int n = needed[i].number;

		if (caps[n / 32].effective & 1u << n % 32)
			continue;
		sbuf_addf(why, "%s%s", between, needed[i].name);
		between = ", ";
	}
	if (between[0] != ',')
		return 0;
	sbuf_addf(why, " (AmbientCapabilities= of its unit, or root)");
	return -EPERM;
}

/* The smallest thing that bpf(2) does for those who may. */
static int
check_call(struct sbuf *why)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "edge_possible", 4, 4, 1, NULL);

	if (fd >= 0) {
		close(fd);
		return 0;
	}
	if (fd == -ENOSYS)
		sbuf_addf(why, "this kernel has no bpf(2) (CONFIG_BPF_SYSCALL)");
	else if (fd == -EPERM)
		sbuf_addf(why,
		    "bpf(2) is forbidden here in spite of CAP_BPF: in a container by its "
		    "user namespace or filter, under systemd by SystemCallFilter=, else "
		    "by the memory lock limit (LimitMEMLOCK=) of a kernel before 5.11");
	else
		sbuf_addf(why, "bpf(2): %s", strerror(-fd));
	return fd;
}

/* What the program calls that is younger than the rest. */
static int
check_helpers(struct sbuf *why)
{
	static const struct {
		enum bpf_func_id id;
		const char *name;
	} needed[] = {{BPF_FUNC_redirect_neigh, "bpf_redirect_neigh"},
	    {BPF_FUNC_fib_lookup, "bpf_fib_lookup"},
	    {BPF_FUNC_ktime_get_coarse_ns, "bpf_ktime_get_coarse_ns"}};

	if (libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_SCHED_CLS, NULL) == 0) {
		sbuf_addf(why, "this kernel runs no programs at interfaces "
			       "(CONFIG_NET_CLS_BPF)");
		return -EOPNOTSUPP;
	}
	for (size_t i = 0; i < countof(needed); i++)
		if (libbpf_probe_bpf_helper(
			BPF_PROG_TYPE_SCHED_CLS, needed[i].id, NULL) == 0) {
			sbuf_addf(why,
			    "this kernel lacks %s for the kernel engine (Linux 6.1 has "
			    "all it needs)",
			    needed[i].name);
			return -EOPNOTSUPP;
		}
	return 0;
}

int
kernel_possible(struct sbuf *why)
{
	int err = check_capabilities(why);

	if (err == 0)
		err = check_call(why);
	return err == 0 ? check_helpers(why) : err;
}

/* --- CPUs ------------------------------------------------------------------------------
 */

int
possible_cpu_end(const char *list)
{
	size_t last = strlen(list);
	unsigned long highest;
	char *end;

	while (last > 0 && strchr("-,", list[last - 1]) == NULL)
		last--;
	errno = 0;
	highest = strtoul(list + last, &end, 10);
	if (end == list + last || (*end != '\0' && *end != '\n') || errno != 0 ||
	    highest >= CPUS_MAX)
		return -EINVAL;
	return (int)highest + 1;
}

int
possible_cpu_numbers(void)
{
	FILE *f = fopen("/sys/devices/system/cpu/possible", "re");
	char list[4096];
	int end;

	if (f == NULL)
		return -errno;
	end = fgets(list, sizeof list, f) == NULL ? -EINVAL : possible_cpu_end(list);
	fclose(f);
	return end;
}
