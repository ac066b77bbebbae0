/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_FILTERS_H
#define LB_KERNEL_FILTERS_H

/*
 * filters - what stands in the clsact qdisc of an interface.
 */
#include <stdbool.h>

/* Ours has this place, and the program's name. */
#define FILTERS_PRIORITY 0xed9
#define FILTERS_HANDLE   0xed9e

struct filters {
	bool ours;     /* our program has our place */
	bool occupied; /* somebody else's has */
	bool others;   /* there are others, at ingress or egress */
};

/* 0, also without the qdisc; or -errno. */
int filters_look(unsigned ifindex, struct filters *ret);
/* Ours goes.  0 or -errno. */
int filters_remove(unsigned ifindex);
/* The qdisc, and all in it.  0, also when there is none; or -errno. */
int filters_remove_qdisc(unsigned ifindex);

#endif
