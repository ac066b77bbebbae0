/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hook - see hook.h.
 *
 * The C library's and libbpf's headers of Debian 12 are older than TCX: its numbers are
 * written out here.  A link that is pinned keeps its program when we end; a filter stays
 * by itself.
 */
#include "hook.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "filters.h"
#include "unhook.h"

#define TCX_INGRESS  46 /* BPF_TCX_INGRESS of enum bpf_attach_type */
#define PROGRAMS_MAX 64 /* the kernel's bound for one hook */

/* The place for an entry of @part. */
static int
make_place(const struct pins *pins, enum pins_part part, unsigned ifindex, char *ret_path)
{
	char dir[PINS_PATH_MAX];

	pins_path(pins, part, NULL, dir);
	pins_number_path(pins, part, ifindex, ret_path);
	return mkdir(dir, 0750) == 0 || errno == EEXIST ? 0 : -errno;
}

/* --- TCX ------------------------------------------------------------------------------
 */

bool
hook_tcx_possible(int program)
{
	/* No such interface: a kernel that knows TCX says so, another does not know what
	 * we mean. */
	int fd =
	    bpf_link_create(program, INT_MAX, (enum bpf_attach_type)TCX_INGRESS, NULL);

	if (fd >= 0)
		close(fd);
	return fd == -ENODEV;
}

/* Interfaces are numbered anew in each network namespace, and pins know nothing of those:
 * what counts is whether the program is here. */
static bool
tcx_is_here(int program, unsigned ifindex)
{
	struct bpf_prog_info info;
	__u32 ids[PROGRAMS_MAX], n = PROGRAMS_MAX, size = sizeof info, flags = 0;

	memset(&info, 0, sizeof info);
	if (bpf_obj_get_info_by_fd(program, &info, &size) != 0 ||
	    bpf_prog_query(
		(int)ifindex, (enum bpf_attach_type)TCX_INGRESS, 0, &flags, ids, &n) != 0)
		return false;
	for (__u32 i = 0; i < n && i < PROGRAMS_MAX; i++)
		if (ids[i] == info.id)
			return true;
	return false;
}

static int
tcx_exchange(const char *path, unsigned ifindex, int program)
{
	int link = bpf_obj_get(path);
	int err;

	if (link < 0)
		return -errno;
	err = bpf_link_update(link, program, NULL);
	close(link);
	if (err == 0 && !tcx_is_here(program, ifindex))
		err = -ENOLINK;
	return err;
}

/* There is none, or that of an interface which is gone, or no link at all.  For any other
 * reason (descriptors, memory) sessions go on by the one that is there. */
static bool
tcx_is_gone(int err)
{
	return err == -ENOENT || err == -ENOLINK || err == -EINVAL;
}

static int
tcx_attach(const struct pins *pins, unsigned ifindex, int program)
{
	char path[PINS_PATH_MAX];
	int link, err = make_place(pins, PINS_LINKS, ifindex, path);

	if (err != 0)
		return err;
	err = tcx_exchange(path, ifindex, program);
	if (!tcx_is_gone(err))
		return err;
	if (unlink(path) != 0 && errno != ENOENT)
		return -errno;
	link = bpf_link_create(
	    program, (int)ifindex, (enum bpf_attach_type)TCX_INGRESS, NULL);
	if (link < 0)
		return link;
	err = bpf_obj_pin(link, path) == 0 ? 0 : -errno;
	close(link);
	return err;
}

/* --- clsact ---------------------------------------------------------------------------
 */

/* Noted before it is made: whoever is killed in between leaves a note too many, never a
 * qdisc that nobody takes away. */
static int
make_qdisc(const struct pins *pins, struct bpf_tc_hook *hook)
{
	char note[PINS_PATH_MAX];
	int err = make_place(pins, PINS_QDISCS, (unsigned)hook->ifindex, note);
	bool noted;

	if (err != 0)
		return err;
	noted = mkdir(note, 0750) != 0 && errno == EEXIST;
	err = bpf_tc_hook_create(hook);
	if (err == -EEXIST)
		err = 0;
	else
		noted = true;
	if (!noted) /* somebody else's */
		rmdir(note);
	return err;
}

/* -EADDRINUSE: the place is not ours, but @ret->owner's. */
static int
clsact_attach(const struct pins *pins, unsigned ifindex, int program, struct filters *ret)
{
	LIBBPF_OPTS(
	    bpf_tc_hook, hook, .ifindex = (int)ifindex, .attach_point = BPF_TC_INGRESS);
	int err = filters_look(pins, ifindex, ret);

	if (err == 0 && ret->occupied)
		err = -EADDRINUSE;
	if (err == 0)
		err = make_qdisc(pins, &hook);
	if (err == 0)
		err = filters_add(pins, ifindex, program, ret->ours);
	return err == -EEXIST ? -EADDRINUSE : err;
}

/* --- both ------------------------------------------------------------------------------
 */

static const char *
reason(int err, enum hook how, const struct filters *f)
{
	if (how == HOOK_CLSACT && err == -EADDRINUSE)
		return f->owner[0] != '\0' ? "the filter of another edge-lb has its place"
					   : "somebody else's filter has its place";
	if (how == HOOK_CLSACT && (err == -ENOENT || err == -EOPNOTSUPP))
		return "this kernel lacks the qdisc clsact (CONFIG_NET_SCH_INGRESS) or "
		       "its filter bpf (CONFIG_NET_CLS_BPF)";
	return strerror(-err);
}

bool
hook_is_there(const struct pins *pins, int program, unsigned ifindex, enum hook how)
{
	struct filters f;

	if (how == HOOK_TCX)
		return tcx_is_here(program, ifindex);
	return filters_look(pins, ifindex, &f) != 0 || f.ours;
}

int
hook_attach(const struct pins *pins, unsigned ifindex, const char *name, int program,
    enum hook how, struct sbuf *why)
{
	struct filters f = {false};
	int err = how == HOOK_TCX ? tcx_attach(pins, ifindex, program)
				  : clsact_attach(pins, ifindex, program, &f);

	if (err != 0) {
		sbuf_addf(why, "cannot attach the kernel engine's program to %s (%s): %s",
		    name, how == HOOK_TCX ? "tcx" : "clsact", reason(err, how, &f));
		if (f.owner[0] != '\0')
			sbuf_addf(why,
			    ": that of lb.kernel.pins = \"%s\"; give each interfaces of "
			    "its own (lb.interfaces), or both lb.kernel.attach = "
			    "\"tcx\", or, if that one is no longer used, `edgectl detach "
			    "%s`",
			    f.owner, f.owner);
		return err;
	}
	err = how == HOOK_TCX ? unhook_clsact(pins, ifindex) : unhook_tcx(pins, ifindex);
	if (err != 0)
		sbuf_addf(why,
		    "cannot detach the program of the earlier kind from %s: %s", name,
		    strerror(-err));
	return err;
}
