/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include "snmp_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <edge/clock.h>

static struct addr
ip(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

static void
service_set(struct pool *p, enum service_kind kind, uint16_t port, const char *vip)
{
	struct service *s = &p->services[kind];

	s->kind = kind;
	s->enabled = true;
	s->port = port;
	s->probe = service_infos[kind].probe;
	s->source = service_infos[kind].source;
	s->vip.at[FAMILY_V4] = ip(vip);
}

static void
member_set(struct member *m, const char *name, const char *access, const char *internal)
{
	m->name = name;
	m->fqdn = "edge1.contoso.net";
	m->weight = 100;
	m->at[ADDRESS_ACCESS].address.at[FAMILY_V4] = ip(access);
	m->at[ADDRESS_AV].address.at[FAMILY_V4] = ip(access);
	m->at[ADDRESS_INTERNAL].address.at[FAMILY_V4] = ip(internal);
}

static struct model *
model_make(void)
{
	struct arena *arena = arena_new(1 << 20);
	struct model *m = arena_alloc(arena, sizeof *m);
	const char *clash = NULL;
	struct pool *p;

	m->arena = arena;
	m->instance = "lb1";
	m->hash = 0x0123456789abcdef;
	m->snmp.set = true;
	m->n_pools = 1;
	m->pools = p = arena_array(arena, 1, sizeof *p);
	p->model = m;
	p->fqdn = "edge.contoso.net";
	p->product = PRODUCT_SFB_2019;
	p->health.minimum_members = 1;
	p->n_members = 2;
	p->members = arena_array(arena, 2, sizeof *p->members);
	member_set(&p->members[0], "edge1", "192.0.2.11", "10.0.0.11");
	member_set(&p->members[1], "edge2", "192.0.2.12", "10.0.0.12");
	service_set(p, SERVICE_ACCESS, 5061, "192.0.2.1");
	service_set(p, SERVICE_FEDERATION, 5061, "192.0.2.1");
	service_set(p, SERVICE_AV_UDP, 3478, "192.0.2.1");
	service_set(p, SERVICE_SIP, 5061, "10.0.0.1");
	assert_int_equal(model_derive(m, &clash), 0);
	return m;
}

int
fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	strcpy(f->dir, "/tmp/edge-snmp-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->model = model_make();
	for (enum board_kind b = 0; b < BOARDS; b++)
		assert_int_equal(
		    board_reader_new(f->dir, snapshot_boards[b], &f->readers[b]), 0);
	*state = f;
	return 0;
}

int
fixture_teardown(void **state)
{
	static const char *const names[] = {"health", "lb"};
	struct fixture *f = *state;
	char path[64];

	snapshot_free(&f->snapshot);
	for (enum board_kind b = 0; b < BOARDS; b++)
		board_reader_free(&f->readers[b]);
	board_close(&f->health);
	board_close(&f->lb);
	model_free(&f->model);
	for (size_t i = 0; i < countof(names); i++) {
		snprintf(path, sizeof path, "%s/%s.board", f->dir, names[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(f->dir), 0);
	free(f);
	return 0;
}

void
fixture_health_start(struct fixture *f)
{
	size_t n;
	struct board_row_spec *rows = health_board_rows(f->model, &n);

	assert_int_equal(
	    board_create(f->dir, &health_board_spec, rows, n, 0xfeed, &f->health), 0);
	free(rows);
}

void
fixture_lb_start(struct fixture *f)
{
	size_t n;
	struct board_row_spec *rows = lb_board_rows(f->model, &n);

	assert_int_equal(
	    board_create(f->dir, &lb_board_spec, rows, n, 0xfeed, &f->lb), 0);
	free(rows);
}

void
fixture_health_word(
    struct fixture *f, uint64_t id, enum health_field field, uint64_t value)
{
	size_t row = board_find(f->health, id);

	assert_int_not_equal(row, BOARD_NO_ROW);
	board_store(f->health, row, field, value);
}

void
fixture_lb_word(struct fixture *f, uint64_t id, enum lb_field field, uint64_t value)
{
	size_t row = board_find(f->lb, id);

	assert_int_not_equal(row, BOARD_NO_ROW);
	board_store(f->lb, row, field, value);
}

void
fixture_state(struct fixture *f, uint64_t id, enum health health, enum admin admin,
    enum reason reason)
{
	const struct state st = {
	    .health = health, .admin = admin, .reason = reason, .since_s = 77};

	fixture_health_word(f, id, HEALTH_FIELD_STATE, state_pack(&st));
}

struct snapshot *
fixture_look(struct fixture *f, int64_t boot_ns)
{
	static const struct notify_stats none = {0};
	struct snapshot *before = f->snapshot;

	for (enum board_kind b = 0; b < BOARDS; b++)
		board_reader_refresh(f->readers[b]);
	assert_int_equal(
	    snapshot_new(f->model, f->readers, before, &none, boot_ns, &f->snapshot), 0);
	return before;
}
