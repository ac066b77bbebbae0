/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel_none - the kernel engine of a build without it. */
#include "kernel.h"

#include <errno.h>

int
kernel_possible(struct sbuf *why)
{
	sbuf_addf(
	    why, "this edge-lb was built without the kernel engine (libbpf, clang)");
	return -ENOSYS;
}

int
kernel_check(const char *pins, struct sbuf *why)
{
	(void)pins;
	return kernel_possible(why);
}

int
kernel_open(const struct kernel_setup *setup, struct kernel **ret, struct sbuf *why)
{
	(void)setup;
	*ret = NULL;
	return kernel_possible(why);
}

void
kernel_close(struct kernel **pk)
{
	*pk = NULL;
}

bool
kernel_is_new(const struct kernel *k)
{
	(void)k;
	return true;
}

void
kernel_remove(struct kernel **pk)
{
	*pk = NULL;
}

void
kernel_place(struct kernel *k, const struct follow_wish *where)
{
	(void)k;
	(void)where;
}

int
kernel_prepare(struct kernel *k, const struct kernel_wanted *w, struct sbuf *why)
{
	(void)k;
	(void)w;
	return kernel_possible(why);
}

void
kernel_commit(struct kernel *k, const struct kernel_wanted *w, int64_t now_ns)
{
	(void)k;
	(void)w;
	(void)now_ns;
}

void
kernel_abort(struct kernel *k)
{
	(void)k;
}

void
kernel_follow(struct kernel *k, const struct kernel_wanted *w)
{
	(void)k;
	(void)w;
}

bool
kernel_serves(const struct kernel *k)
{
	(void)k;
	return false;
}

int64_t
kernel_turn(struct kernel *k, int64_t now_ns)
{
	(void)k;
	(void)now_ns;
	return INT64_MAX;
}

struct tally *
kernel_count(struct kernel *k)
{
	(void)k;
	return NULL;
}

struct sweep_figures
kernel_figures(const struct kernel *k)
{
	(void)k;
	return (struct sweep_figures){0};
}

uint64_t
kernel_sessions(const struct kernel *k)
{
	(void)k;
	return 0;
}

uint32_t
kernel_flows_max(const struct kernel *k)
{
	(void)k;
	return 0;
}

int
object_rows(const struct object *o, enum kernel_map map, uint32_t first, uint32_t *n,
    void *values)
{
	(void)o;
	(void)map;
	(void)first;
	(void)values;
	*n = 0;
	return -ENOSYS;
}
