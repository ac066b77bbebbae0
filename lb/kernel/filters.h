/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_KERNEL_FILTERS_H
#define LB_KERNEL_FILTERS_H

/*
 * filters - what stands in the clsact qdisc of an interface.
 */
#include <stdbool.h>

#include "pins.h"

/* The program of every edge-lb has this place. */
#define FILTERS_PRIORITY 0xed9
#define FILTERS_HANDLE   0xed9e

/* Its name says whose it is: "edge_ingress", "@" and the directory of its pins. */
#define FILTERS_NAME_MAX 256

struct filters {
	bool ours;                    /* the program of these pins has the place */
	bool occupied;                /* somebody else's has */
	bool others;                  /* there are others, at ingress or egress */
	char owner[FILTERS_NAME_MAX]; /* pins of the other edge-lb that has it, or "" */
};

/* 0, also without the qdisc; or -errno. */
int filters_look(const struct pins *pins, unsigned ifindex, struct filters *ret);
/* Ours is there; @exchange: for the one of ours that was there.  Without, -EEXIST: the
 * place has been taken since anybody looked.  0 or -errno. */
int filters_add(const struct pins *pins, unsigned ifindex, int program, bool exchange);
/* Ours goes.  0 or -errno. */
int filters_remove(unsigned ifindex);
/* The qdisc, and all in it.  0, also when there is none; or -errno. */
int filters_remove_qdisc(unsigned ifindex);

#endif
