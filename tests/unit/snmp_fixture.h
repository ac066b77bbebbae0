/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_TESTS_SNMP_FIXTURE_H
#define EDGE_TESTS_SNMP_FIXTURE_H

/*
 * snmp_fixture - a model of one hardware-mode pool with two members, and its boards in a
 * directory of their own.
 */
#include <edge/boards.h>
#include <edge/model.h>

#include "rows.h"

struct fixture {
	char dir[32];
	struct model *model;
	struct board *health, *lb; /* NULL until written */
	struct board_reader *readers[BOARDS];
	struct snapshot *snapshot; /* of the last fixture_look() */
};

/* For cmocka's setup and teardown. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

void fixture_health_start(struct fixture *f);
void fixture_lb_start(struct fixture *f);
/* Writes the state of a member or endpoint. */
void fixture_state(struct fixture *f, uint64_t id, enum health health, enum admin admin,
    enum reason reason);
void fixture_health_word(
    struct fixture *f, uint64_t id, enum health_field field, uint64_t value);
void fixture_lb_word(struct fixture *f, uint64_t id, enum lb_field field, uint64_t value);
/* The next snapshot; returns the one before, which the caller frees (or NULL). */
struct snapshot *fixture_look(struct fixture *f, int64_t boot_ns);

#endif
