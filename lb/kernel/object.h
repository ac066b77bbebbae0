/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_OBJECT_H
#define LB_KERNEL_OBJECT_H

/*
 * object - the program and its maps: loaded, pinned, found again.
 *
 * Main thread only.  Needs CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN.  Pinned things outlive
 * us: object_close() lets go of descriptors and mappings and changes nothing that runs.
 */
#include <stdbool.h>
#include <stdint.h>

#include <edge/sbuf.h>

#include "maps.h"
#include "pins.h"

struct bpf_object;

enum kernel_map {
#define MAP(id, name) KERNEL_MAP_##id,
#include "tbl/kernel_maps.h"
	KERNEL_MAPS
};

struct object_sizes {
	uint32_t flows, half_open;
};

struct object {
	struct bpf_object *bpf;
	struct pins pins;     /* closed without them; else ours alone */
	int program;          /* descriptor */
	int map[KERNEL_MAPS]; /* descriptors */
	bool found;           /* the maps were pinned before: what they hold goes on */
	unsigned cpus;        /* values of a per-CPU map */
	/* Mapped into memory; the kernel reads and writes them at the same time. */
	struct km_settings *settings;
	struct km_listener *listeners; /* KM_LISTENERS */
	struct km_endpoint *endpoints; /* KM_ENDPOINTS */
	struct km_ring *rings;         /* KM_RINGS */
	struct km_budget *budgets;     /* KM_BUDGETS */
	struct km_tally *tallies;      /* KM_TALLIES */
	struct km_bucket *flows;       /* settings->flow_buckets */
};

void object_init(struct object *o);
/* Loads the program, with the maps pinned below @pins where there are some of our
 * version, else with new ones of @sizes, pinned there.  @pins NULL: new maps, not pinned
 * (tests). 0, and @why may hold a remark: pinned tables keep the size they have.  Or
 * -errno with a sentence in @why: what is missing, and what to do (-EBUSY: another
 * edge-lb has @pins). */
int object_open(struct object *o, const struct object_sizes *sizes, const char *pins,
    struct sbuf *why);
/* Whether object_open() could, after the process that has @pins now: the program loads,
 * and what is pinned there is of our version.  Changes nothing. */
int object_check(const char *pins, struct sbuf *why);
/* Lets go of it all; what is pinned or attached stays. */
void object_close(struct object *o);

/* Values of @map, a per-CPU array, from row @first on: @*n of them, one for each CPU
 * each. 0 or -errno. */
int object_rows(const struct object *o, enum kernel_map map, uint32_t first, uint32_t *n,
    void *values);

/* Ticks of maps.h. */
uint32_t object_tick(void);
uint32_t object_ticks(int64_t ns);

#endif
