/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_TESTS_KERNEL_FIXTURE_H
#define EDGE_TESTS_KERNEL_FIXTURE_H

/*
 * kernel_fixture - what the kernel engine is wanted to do, for tests of its plans, and
 * tables as a plan leaves them.
 */
#include <arpa/inet.h>
#include <edge/id.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"
#include "unit.h"

struct tables {
	struct km_listener listeners[KM_LISTENERS];
	struct km_endpoint endpoints[KM_ENDPOINTS];
};

static inline struct tables *
fixture_tables(void)
{
	struct tables *t = calloc(1, sizeof *t);

	assert_non_null(t);
	return t;
}

static inline struct kernel_wanted *
fixture_wanted(size_t room)
{
	struct kernel_wanted *w = calloc(1, sizeof *w + room * sizeof w->listeners[0]);

	assert_non_null(w);
	return w;
}

/* A listener of its own place, with @members 1, 2, ... behind it. */
static inline struct kernel_listener *
fixture_add(struct kernel_wanted *w, uint16_t port, size_t members)
{
	struct kernel_listener *l = &w->listeners[w->n_listeners++];

	*l = (struct kernel_listener){
	    .id = 1000u + port, .full_name = "a listener", .port = port};
	assert_true(addr_parse("192.0.2.1", &l->addr));
	for (size_t k = 0; k < members; k++) {
		struct kernel_choice *c = &l->choices[l->n_choices++];
		char text[ADDR_TEXT_MAX];

		*c = (struct kernel_choice){
		    .id = (k + 1) * 100000 + port,
		    .member_id = id_hash(&k, sizeof k),
		    .port = port,
		    .use = KM_USE_NEW,
		    .weight = 1,
		    .share = 1000,
		};
		snprintf(text, sizeof text, "10.0.0.%zu", k + 1);
		assert_true(addr_parse(text, &c->addr));
	}
	return l;
}

static inline void
fixture_drop(struct kernel_listener *l, size_t k)
{
	memmove(&l->choices[k], &l->choices[k + 1],
	    (--l->n_choices - k) * sizeof l->choices[0]);
}

/* Plans, and writes into the tables what fill.c would. */
static inline struct rows_plan *
fixture_plan(struct tables *t, const struct kernel_wanted *w)
{
	struct rows_tables tables = {t->listeners, t->endpoints};
	struct rows_plan *p;
	struct sbuf why;

	sbuf_init(&why, 1024);
	if (rows_plan(&tables, w, &p, &why) != 0)
		fail_msg("%s", sbuf_text(&why));
	sbuf_fini(&why);
	for (unsigned r = 1; r < KM_LISTENERS; r++)
		if (t->listeners[r].row == KM_ROW_ACTIVE && !p->listener_used[r])
			t->listeners[r].row = KM_ROW_PAST;
	for (size_t i = 0; i < p->n; i++) {
		const struct kernel_listener *l = &w->listeners[i];
		struct km_listener *row = &t->listeners[p->at[i].row];

		row->id = l->id;
		row->row = KM_ROW_ACTIVE;
		row->port = htons(l->port);
		row->proto = rows_proto(l->proto);
		rows_addr(&l->addr, &row->addr);
		memcpy(row->choices, p->at[i].choice, sizeof row->choices);
		row->n_choices = p->at[i].n_positions;
		for (size_t k = 0; k < l->n_choices; k++) {
			unsigned r = p->at[i].choice[p->at[i].position[k]];

			t->endpoints[r].id = l->choices[k].id;
			t->endpoints[r].port = htons(l->choices[k].port);
			t->endpoints[r].proto = rows_proto(l->proto);
			rows_addr(&l->choices[k].addr, &t->endpoints[r].addr);
		}
	}
	return p;
}

static inline unsigned
fixture_endpoint(const struct rows_plan *p, size_t i, size_t k)
{
	return p->at[i].choice[p->at[i].position[k]];
}

#endif
