/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layout - see layout.h.
 *
 * The version decides; sizes are compared as well, for whoever changed maps.h and forgot
 * to raise it.  Nothing is migrated: the maps of one version are of no use to the program
 * of another that still runs at the interfaces, so sessions would end either way.
 */
#include "layout.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bucket.h"

const char *const layout_names[KERNEL_MAPS] = {
#define MAP(id, name) [KERNEL_MAP_##id] = #name,
#include "tbl/kernel_maps.h"
};

static const char advice[] =
    "`edgectl detach` ends their sessions and removes them, then start again";

struct pinned {
	int fd[KERNEL_MAPS];
};

static int
open_all(struct pinned *p, const struct pins *pins, struct sbuf *why)
{
	int err = 0;

	for (int i = 0; i < KERNEL_MAPS; i++)
		p->fd[i] = -1;
	for (int i = 0; err == 0 && i < KERNEL_MAPS; i++) {
		char path[PINS_PATH_MAX];

		pins_path(pins, PINS_MAPS, layout_names[i], path);
		p->fd[i] = bpf_obj_get(path);
		if (p->fd[i] < 0)
			err = -errno;
		if (err == -ENOENT)
			sbuf_addf(why,
			    "of the maps in %s, %s is missing: they were made by another "
			    "version, or somebody removed it; %s",
			    pins->dir, layout_names[i], advice);
		else if (err != 0)
			sbuf_addf(why, "%s: %s", path, strerror(-err));
	}
	return err;
}

static void
close_all(struct pinned *p)
{
	for (int i = 0; i < KERNEL_MAPS; i++)
		if (p->fd[i] >= 0)
			close(p->fd[i]);
}

static int
info_of(int fd, struct bpf_map_info *ret)
{
	__u32 size = sizeof *ret;

	memset(ret, 0, sizeof *ret);
	return bpf_obj_get_info_by_fd(fd, ret, &size);
}

/* The version is the first word of settings in all versions. */
static int
check_version(const struct pinned *p, const struct pins *pins, struct km_settings *ret,
    struct sbuf *why)
{
	_Static_assert(offsetof(struct km_settings, version) == 0, "of all versions");
	struct bpf_map_info info;
	union {
		__u32 version;
		struct km_settings settings;
		unsigned char octets[4096];
	} value;
	__u32 zero = 0;
	int err = info_of(p->fd[KERNEL_MAP_SETTINGS], &info);

	value.version = 0;
	if (err == 0 && info.value_size <= sizeof value)
		err = bpf_map_lookup_elem(p->fd[KERNEL_MAP_SETTINGS], &zero, &value);
	if (err != 0) {
		sbuf_addf(
		    why, "cannot read the settings in %s: %s", pins->dir, strerror(-err));
		return err;
	}
	*ret = value.settings;
	if (value.version == KM_VERSION)
		return 0;
	sbuf_addf(why,
	    "the maps in %s were made by another version (%u, this program has %u): %s",
	    pins->dir, value.version, KM_VERSION, advice);
	return -EPROTO;
}

/* How many sessions it holds is a matter of configuration when it is made; from then on
 * the settings say it, and whoever reads the table trusts in that. */
static bool
same_size(const struct bpf_map *map, const struct bpf_map_info *info,
    enum kernel_map which, const struct km_settings *s)
{
	if (which == KERNEL_MAP_FLOWS)
		return info->max_entries == s->flow_buckets &&
		       s->flow_buckets >= KM_BUCKETS_LEAST &&
		       s->middle == km_middle_of(s->flow_buckets) &&
		       s->back == km_back_of(s->flow_buckets);
	if (which == KERNEL_MAP_HALF_OPEN)
		return info->max_entries == s->half_buckets;
	return info->max_entries == bpf_map__max_entries(map);
}

static bool
same(const struct bpf_map *map, const struct bpf_map_info *info, enum kernel_map which,
    const struct km_settings *s)
{
	return info->type == bpf_map__type(map) &&
	       info->key_size == bpf_map__key_size(map) &&
	       info->value_size == bpf_map__value_size(map) &&
	       same_size(map, info, which, s);
}

static void
remark(const struct pins *pins, const char *key, uint32_t wanted, uint32_t has,
    struct sbuf *why)
{
	if (wanted == has)
		return;
	sbuf_addf(why,
	    "lb.kernel.%s = %u is not yet in effect: the table in %s has room for %u; "
	    "`edgectl detach` (which ends its sessions) and a start change that\n",
	    key, wanted, pins->dir, has);
}

static int
adopt_one(struct bpf_object *bpf, enum kernel_map which, int fd, const struct pins *pins,
    const struct km_settings *s, struct sbuf *why)
{
	struct bpf_map *map = bpf_object__find_map_by_name(bpf, layout_names[which]);
	struct bpf_map_info info;
	int err = map == NULL ? -ENOENT : info_of(fd, &info);

	if (err != 0) {
		sbuf_addf(why, "map %s: %s", layout_names[which], strerror(-err));
		return err;
	}
	if (!same(map, &info, which, s)) {
		sbuf_addf(why,
		    "the maps in %s were made by another program of the same version (%s "
		    "has another size): %s",
		    pins->dir, layout_names[which], advice);
		return -EPROTO;
	}
	err = bpf_map__reuse_fd(map, fd);
	if (err != 0)
		sbuf_addf(why, "map %s: %s", layout_names[which], strerror(-err));
	return err;
}

int
layout_adopt(struct bpf_object *bpf, const struct pins *pins,
    const struct object_sizes *sizes, struct sbuf *why)
{
	struct km_settings settings;
	struct pinned p;
	int err = open_all(&p, pins, why);

	if (err == -ENOENT && p.fd[KERNEL_MAP_SETTINGS] >= 0)
		err = -EPROTO; /* a set, but not ours */
	if (err == 0)
		err = check_version(&p, pins, &settings, why);
	for (int i = 0; err == 0 && i < KERNEL_MAPS; i++)
		err = adopt_one(bpf, (enum kernel_map)i, p.fd[i], pins, &settings, why);
	if (err == 0 && sizes != NULL) {
		remark(pins, "flows", sizes->flows, settings.flow_room, why);
		remark(pins, "half_open", sizes->half_open, settings.half_room, why);
	}
	close_all(&p);
	return err;
}
