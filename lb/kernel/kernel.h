/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_KERNEL_H
#define LB_KERNEL_KERNEL_H

/*
 * kernel - the kernel engine, as edge-lb's main thread holds it.
 *
 * README.md tells the packet's side.  Built without libbpf or clang, kernel_none.c
 * answers everything with -ENOSYS and a sentence.
 *
 *   kernel_open      the program and its maps, as they were pinned before or new
 *   kernel_place     other interfaces
 *   kernel_prepare   all of another configuration that can fail; nothing else changes
 *   kernel_commit    it is in effect
 *   kernel_abort     it is forgotten
 *   kernel_follow    states changed: one store for each endpoint, rings afterwards
 *   kernel_turn      the next piece of that, and of the sweep
 *   kernel_count     once a second
 *   kernel_close     lets go; packets go on as they do
 */
#include <stdbool.h>
#include <stdint.h>

#include <edge/model.h>
#include <edge/sbuf.h>

#include "follow.h"
#include "sweep.h"
#include "tally.h"
#include "wanted.h"

struct kernel;

struct kernel_setup {
	const char *pins; /* directory below a bpffs; NULL: nothing is pinned (tests) */
	uint32_t flows, half_open;
	struct ev_loop *loop;
	struct follow_wish where;
};

/* Whether this host and this build can: 0, or -errno with a sentence in @why that names
 * what is missing.  Changes nothing. */
int kernel_possible(struct sbuf *why);
/* Whether kernel_open() could with @pins, once the edge-lb that has them now is gone.
 * Changes nothing. */
int kernel_check(const char *pins, struct sbuf *why);

int kernel_open(const struct kernel_setup *setup, struct kernel **ret, struct sbuf *why);
void kernel_close(struct kernel **pk);
/* Nobody was here before: what there is, kernel_open() made. */
bool kernel_is_new(const struct kernel *k);
/* Closes it, and takes away what kernel_open() made: nothing came of it. */
void kernel_remove(struct kernel **pk);

/* Where it is attached from now on; what fails is tried again, and logged. */
void kernel_place(struct kernel *k, const struct follow_wish *where);

int kernel_prepare(struct kernel *k, const struct kernel_wanted *w, struct sbuf *why);
void kernel_commit(struct kernel *k, const struct kernel_wanted *w, int64_t now_ns);
void kernel_abort(struct kernel *k);
/* @w has the listeners and choices that were committed, in their order. */
void kernel_follow(struct kernel *k, const struct kernel_wanted *w);
/* Packets go by a listener of it, with us or without; also those of sessions that it has
 * served before another engine. */
bool kernel_serves(const struct kernel *k);
/* When it wants to be called again; INT64_MAX: after a change. */
int64_t kernel_turn(struct kernel *k, int64_t now_ns);

/* Reads what was counted.  NULL: it cannot be read now. */
struct tally *kernel_count(struct kernel *k);
struct sweep_figures kernel_figures(const struct kernel *k);
/* Sessions now; how many there is room for. */
uint64_t kernel_sessions(const struct kernel *k);
uint32_t kernel_flows_max(const struct kernel *k);

#endif
