/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

/*
 * options - the command line of edge-sim, checked.
 */
#include "endpoint.h"

#include <stddef.h>

#define ENDPOINTS_MAX 256
#define ILLNESSES_MAX 64

struct options {
	struct member member; /* journal not yet open */
	const char *control;
	const char *log;
	uint64_t log_lines;
	struct endpoint endpoints[ENDPOINTS_MAX]; /* kind and address set, not started */
	size_t n_endpoints;
	char *illnesses[ILLNESSES_MAX]; /* as for the control socket */
	size_t n_illnesses;
};

/* 0, -EINVAL with the reason in @why, or 1: help was asked for. */
int options_parse(struct options *o, int argc, char **argv, char *why, size_t why_len);
void options_help(const char *program);

#endif
