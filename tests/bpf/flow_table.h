/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_TESTS_FLOW_TABLE_H
#define EDGE_TESTS_FLOW_TABLE_H

/*
 * flow_table - flows or half_open in memory: found, put and taken out as the path does
 * it.
 */
#include <stdbool.h>
#include <stdint.h>

#include "bucket.h"
#include "object.h"

struct table {
	struct km_bucket *buckets;
	uint32_t n;   /* of them */
	bool regions; /* it is flows */
	const struct km_settings *settings;
};

/* The flows of @o: in its memory. */
struct table table_of_flows(const struct object *o);
/* Its half-open flows, mapped until table_close(). */
struct table table_open_half(const struct object *o);
void table_close(struct table *t);

/* NULL: it is not there.  What it points to is the program's at the same time. */
struct km_flow *table_find(const struct table *t, const struct km_flow_key *key);
/* @flow's body and `seen` under @key, in place of what was there.  False: no room. */
bool table_put(
    const struct table *t, const struct km_flow_key *key, const struct km_flow *flow);
bool table_end(const struct table *t, const struct km_flow_key *key);
uint32_t table_count(const struct table *t);
void table_empty(const struct table *t);

#endif
