/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * object - loads the program that is part of this binary.
 */
#include "object.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "bucket.h"
#include "layout.h"
#include "possible.h"

#define VERIFIER_TEXT 65536

/* path_octets.S */
extern const char path_octets[], path_octets_end[];

void
object_init(struct object *o)
{
	*o = (struct object){.program = -1};
	pins_init(&o->pins);
	for (int i = 0; i < KERNEL_MAPS; i++)
		o->map[i] = -1;
}

static uint32_t
entries(const struct object *o, enum kernel_map map)
{
	struct bpf_map_info info = {0};
	uint32_t size = sizeof info;

	if (bpf_obj_get_info_by_fd(o->map[map], &info, &size) != 0)
		return 0;
	return info.max_entries;
}

/* --- arrays in our memory
 * ---------------------------------------------------------------
 */

static int
map_into_memory(const struct object *o, enum kernel_map map, size_t size, void **ret)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, o->map[map], 0);

	if (at == MAP_FAILED)
		return -errno;
	*ret = at;
	return 0;
}

static size_t
flows_size(const struct object *o)
{
	return entries(o, KERNEL_MAP_FLOWS) * sizeof *o->flows;
}

static int
map_arrays(struct object *o)
{
	void *at[7] = {NULL};
	int err = map_into_memory(o, KERNEL_MAP_SETTINGS, sizeof *o->settings, &at[0]);

	if (err == 0)
		err = map_into_memory(
		    o, KERNEL_MAP_LISTENERS, KM_LISTENERS * sizeof *o->listeners, &at[1]);
	if (err == 0)
		err = map_into_memory(
		    o, KERNEL_MAP_ENDPOINTS, KM_ENDPOINTS * sizeof *o->endpoints, &at[2]);
	if (err == 0)
		err = map_into_memory(
		    o, KERNEL_MAP_RINGS, KM_RINGS * sizeof *o->rings, &at[3]);
	if (err == 0)
		err = map_into_memory(
		    o, KERNEL_MAP_BUDGETS, KM_BUDGETS * sizeof *o->budgets, &at[4]);
	if (err == 0)
		err = map_into_memory(
		    o, KERNEL_MAP_TALLIES, KM_TALLIES * sizeof *o->tallies, &at[5]);
	if (err == 0)
		err = map_into_memory(o, KERNEL_MAP_FLOWS, flows_size(o), &at[6]);
	o->settings = at[0];
	o->listeners = at[1];
	o->endpoints = at[2];
	o->rings = at[3];
	o->budgets = at[4];
	o->tallies = at[5];
	o->flows = at[6];
	return err;
}

static void
let_go(void *at, size_t size)
{
	if (at != NULL)
		munmap(at, size);
}

/* --- loading --------------------------------------------------------------------------
 */

/* What is wrong is said by our sentences, and by the verifier's last line. */
static int
keep_silent(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

static int
set_size(struct bpf_object *bpf, const char *name, uint32_t entries)
{
	struct bpf_map *map = bpf_object__find_map_by_name(bpf, name);

	return map == NULL ? -ENOENT : bpf_map__set_max_entries(map, entries);
}

/* A map of which every CPU has a part, found by its number. */
static int
set_parts(struct bpf_object *bpf, const char *name, struct sbuf *why)
{
	struct bpf_map *map = bpf_object__find_map_by_name(bpf, name);
	int cpus = possible_cpu_numbers(), err = cpus;

	if (map == NULL)
		err = -ENOENT;
	if (err >= 0)
		err = bpf_map__set_max_entries(
		    map, bpf_map__max_entries(map) * (uint32_t)cpus);
	if (err < 0)
		sbuf_addf(why, "size of %s: %s", name, strerror(-err));
	return err;
}

/* The line before the verifier's statistics: what it objects to. */
static void
add_verdict(const char *text, struct sbuf *why)
{
	const char *best = NULL;

	for (const char *line = text; *line != '\0';) {
		size_t n = strcspn(line, "\n");

		if (n > 0 && strncmp(line, "processed ", 10) != 0 &&
		    strncmp(line, "verification time ", 18) != 0 &&
		    strncmp(line, "stack depth ", 12) != 0)
			best = line;
		line += n + (line[n] == '\n');
	}
	if (best != NULL)
		sbuf_addf(why, " (%.*s)", (int)strcspn(best, "\n"), best);
}

static uint32_t
half_buckets(uint32_t half_open)
{
	return half_open / KM_LANES + (half_open % KM_LANES != 0);
}

/* The maps are those of @pins, where it has some, else new ones of @sizes (NULL: the
 * smallest, for a check). */
static int
choose_maps(struct object *o, const struct object_sizes *sizes, const struct pins *pins,
    struct sbuf *why)
{
	static const struct object_sizes least = {1, 1};
	int err;

	o->found = pins != NULL && pins_have(pins, PINS_MAPS);
	if (o->found)
		return layout_adopt(o->bpf, pins, sizes, why);
	if (sizes == NULL)
		sizes = &least;
	err = set_size(o->bpf, "flows", km_buckets_for(sizes->flows));
	if (err == 0)
		err = set_size(o->bpf, "half_open", half_buckets(sizes->half_open));
	if (err != 0)
		sbuf_addf(why, "sizes of the tables: %s", strerror(-err));
	return err;
}

static int
load(struct object *o, const struct object_sizes *sizes, const struct pins *pins,
    struct sbuf *why)
{
	char *text = calloc(1, VERIFIER_TEXT);
	LIBBPF_OPTS(bpf_object_open_opts, options, .kernel_log_buf = text,
	    .kernel_log_size = text == NULL ? 0 : VERIFIER_TEXT);
	int err;

	libbpf_set_print(keep_silent);
	o->bpf = bpf_object__open_mem(
	    path_octets, (size_t)(path_octets_end - path_octets), &options);
	if (o->bpf == NULL) {
		err = -errno;
		sbuf_addf(
		    why, "cannot read the kernel engine's program: %s", strerror(-err));
		free(text);
		return err;
	}
	err = choose_maps(o, sizes, pins, why);
	if (err == 0)
		err = set_parts(o->bpf, "ways", why);
	if (err == 0) {
		err = bpf_object__load(o->bpf);
		if (err != 0)
			sbuf_addf(why, "cannot load the kernel engine's program: %s%s",
			    strerror(-err),
			    err == -ENOMEM
				? " (its tables are smaller with a smaller "
				  "lb.kernel.flows; under systemd MemoryMax= counts)"
				: "");
		if (err != 0 && text != NULL)
			add_verdict(text, why);
	}
	free(text);
	return err;
}

static int
find_parts(struct object *o)
{
	const struct bpf_program *program =
	    bpf_object__find_program_by_name(o->bpf, "edge_ingress");

	o->program = program == NULL ? -ENOENT : bpf_program__fd(program);
	if (o->program < 0)
		return o->program;
	for (int i = 0; i < KERNEL_MAPS; i++) {
		o->map[i] = bpf_object__find_map_fd_by_name(o->bpf, layout_names[i]);
		if (o->map[i] < 0)
			return o->map[i];
	}
	return map_arrays(o);
}

/* What maps have that nobody has seen yet.  The seed: whoever could foresee the hashes
 * could aim all sessions at one member. */
static int
begin_settings(const struct object *o, const struct object_sizes *sizes)
{
	struct km_settings *s = o->settings;

	s->flow_buckets = entries(o, KERNEL_MAP_FLOWS);
	s->half_buckets = entries(o, KERNEL_MAP_HALF_OPEN);
	s->middle = km_middle_of(s->flow_buckets);
	s->back = km_back_of(s->flow_buckets);
	s->flow_room = sizes == NULL ? 0 : sizes->flows;
	s->half_room = sizes == NULL ? 0 : sizes->half_open;
	if (getrandom(&s->seed, sizeof s->seed, 0) != (ssize_t)sizeof s->seed ||
	    getrandom(s->keys, sizeof s->keys, 0) != (ssize_t)sizeof s->keys)
		return -errno;
	s->version = KM_VERSION;
	return 0;
}

/* All of them or none: whoever is killed in between leaves DIR/new, which nobody uses. */
static int
pin_maps(const struct object *o)
{
	int err = pins_begin(&o->pins);

	for (int i = 0; err == 0 && i < KERNEL_MAPS; i++) {
		char path[PINS_PATH_MAX];

		pins_path(&o->pins, PINS_NEW, layout_names[i], path);
		err = bpf_obj_pin(o->map[i], path);
	}
	return err == 0 ? pins_complete(&o->pins) : err;
}

static int
load_all(struct object *o, const struct object_sizes *sizes, const struct pins *pins,
    struct sbuf *why)
{
	int err = load(o, sizes, pins, why);

	if (err != 0)
		return err;
	o->cpus = (unsigned)libbpf_num_possible_cpus();
	err = find_parts(o);
	if (err == 0 && !o->found)
		err = begin_settings(o, sizes);
	if (err != 0)
		sbuf_addf(why, "maps of the kernel engine: %s", strerror(-err));
	return err;
}

/* --- open, check, close
 * -----------------------------------------------------------------
 */

int
object_open(struct object *o, const struct object_sizes *sizes, const char *pins,
    struct sbuf *why)
{
	int err = 0;

	object_init(o);
	if (pins != NULL)
		err = pins_open(&o->pins, pins, why);
	if (err == 0)
		err = load_all(o, sizes, pins == NULL ? NULL : &o->pins, why);
	if (err == 0 && pins != NULL && !o->found) {
		err = pin_maps(o);
		if (err != 0)
			sbuf_addf(why, "cannot pin maps in %s: %s", pins, strerror(-err));
	}
	if (err != 0)
		object_close(o);
	return err;
}

int
object_check(const char *pins, struct sbuf *why)
{
	struct object o;
	struct pins p;
	int err;

	object_init(&o);
	pins_init(&p);
	err = pins_peek(&p, pins, why);
	if (err == 0)
		err = load_all(&o, NULL, &p, why);
	object_close(&o);
	return err;
}

void
object_close(struct object *o)
{
	let_go(o->settings, sizeof *o->settings);
	let_go(o->listeners, KM_LISTENERS * sizeof *o->listeners);
	let_go(o->endpoints, KM_ENDPOINTS * sizeof *o->endpoints);
	let_go(o->rings, KM_RINGS * sizeof *o->rings);
	let_go(o->budgets, KM_BUDGETS * sizeof *o->budgets);
	let_go(o->tallies, KM_TALLIES * sizeof *o->tallies);
	let_go(o->flows, o->flows == NULL ? 0 : flows_size(o));
	bpf_object__close(o->bpf);
	pins_close(&o->pins);
	object_init(o);
}

int
object_rows(const struct object *o, enum kernel_map map, uint32_t first, uint32_t *n,
    void *values)
{
	uint32_t before = first - 1, last, want = *n;
	uint32_t *keys = calloc(want, sizeof *keys);
	int err = -ENOMEM;

	if (keys != NULL)
		err = bpf_map_lookup_batch(o->map[map], first == 0 ? NULL : &before,
		    &last, keys, values, n, NULL);
	free(keys);
	/* The end of the array is told when it is reached. */
	return err == -ENOENT && *n == want ? 0 : err;
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
