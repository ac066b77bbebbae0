/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * object - loads the program that is part of this binary.
 */
#include "object.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* path_octets.S */
extern const char path_octets[], path_octets_end[];

static const char *const names[KERNEL_MAPS] = {
#define MAP(id, name) [KERNEL_MAP_##id] = #name,
#include "tbl/kernel_maps.h"
};

void
object_init(struct object *o)
{
	*o = (struct object){.program = -1};
	for (int i = 0; i < KERNEL_MAPS; i++)
		o->map[i] = -1;
}

static int
set_size(struct bpf_object *bpf, const char *name, uint32_t entries)
{
	struct bpf_map *map = bpf_object__find_map_by_name(bpf, name);

	return map == NULL ? -ENOENT : bpf_map__set_max_entries(map, entries);
}

static int
map_into_memory(const struct object *o, enum kernel_map map, size_t size, void **ret)
{
	void *at =
	    mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, o->map[map], 0);

	if (at == MAP_FAILED)
		return -errno;
	*ret = at;
	return 0;
}

static int
map_arrays(struct object *o)
{
	void *at[5] = {NULL};
	int err = map_into_memory(o, KERNEL_MAP_SETTINGS, sizeof *o->settings, &at[0]);

	if (err == 0)
		err = map_into_memory(o, KERNEL_MAP_LISTENERS,
		    KM_LISTENERS * sizeof *o->listeners, &at[1]);
	if (err == 0)
		err = map_into_memory(o, KERNEL_MAP_ENDPOINTS,
		    KM_ENDPOINTS * sizeof *o->endpoints, &at[2]);
	if (err == 0)
		err = map_into_memory(
		    o, KERNEL_MAP_RINGS, KM_RINGS * sizeof *o->rings, &at[3]);
	if (err == 0)
		err = map_into_memory(
		    o, KERNEL_MAP_BUDGETS, KM_BUDGETS * sizeof *o->budgets, &at[4]);
	o->settings = at[0];
	o->listeners = at[1];
	o->endpoints = at[2];
	o->rings = at[3];
	o->budgets = at[4];
	return err;
}

static int
load(struct object *o, const struct object_sizes *sizes)
{
	const struct bpf_program *program;
	int err;

	o->bpf = bpf_object__open_mem(
	    path_octets, (size_t)(path_octets_end - path_octets), NULL);
	if (o->bpf == NULL)
		return -errno;
	err = set_size(o->bpf, "flows", sizes->flows);
	if (err == 0)
		err = set_size(o->bpf, "half_open", sizes->half_open);
	if (err == 0)
		err = bpf_object__load(o->bpf);
	if (err != 0)
		return err;
	program = bpf_object__find_program_by_name(o->bpf, "edge_ingress");
	o->program = program == NULL ? -ENOENT : bpf_program__fd(program);
	if (o->program < 0)
		return o->program;
	for (int i = 0; i < KERNEL_MAPS; i++) {
		o->map[i] = bpf_object__find_map_fd_by_name(o->bpf, names[i]);
		if (o->map[i] < 0)
			return o->map[i];
	}
	return map_arrays(o);
}

int
object_open(struct object *o, const struct object_sizes *sizes, const char *pins,
    struct sbuf *why)
{
	int err;

	(void)pins;
	o->cpus = (unsigned)libbpf_num_possible_cpus();
	err = load(o, sizes);
	if (err != 0) {
		sbuf_addf(
		    why, "cannot load the kernel engine's program: %s", strerror(-err));
		object_close(o);
		return err;
	}
	o->settings->version = KM_VERSION;
	return 0;
}

static void
let_go(void *at, size_t size)
{
	if (at != NULL)
		munmap(at, size);
}

void
object_close(struct object *o)
{
	let_go(o->settings, sizeof *o->settings);
	let_go(o->listeners, KM_LISTENERS * sizeof *o->listeners);
	let_go(o->endpoints, KM_ENDPOINTS * sizeof *o->endpoints);
	let_go(o->rings, KM_RINGS * sizeof *o->rings);
	let_go(o->budgets, KM_BUDGETS * sizeof *o->budgets);
	bpf_object__close(o->bpf);
	object_init(o);
}

uint32_t
object_ticks(int64_t ns)
{
	return (uint32_t)(ns >> KM_TICK_BITS);
}

uint32_t
object_tick(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return object_ticks(now.tv_sec * 1000000000LL + now.tv_nsec);
}
