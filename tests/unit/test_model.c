/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit.h"

#include <edge/boards.h>
#include <edge/id.h>
#include <edge/model.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct addr
ip(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

static struct model *
model_make(size_t n_members)
{
	struct arena *arena = arena_new(1 << 20);
	struct model *m = arena_alloc(arena, sizeof *m);
	struct pool *p;

	m->arena = arena;
	m->n_pools = 1;
	m->pools = p = arena_array(arena, 1, sizeof *p);
	p->model = m;
	p->fqdn = "edge.contoso.net";
	p->n_members = n_members;
	p->members = arena_array(arena, n_members, sizeof *p->members);
	for (size_t i = 0; i < n_members; i++) {
		p->members[i].name = i == 0 ? "edge1" : "edge2";
		for (int a = 0; a < ADDRESSES; a++) {
			struct addrs *at = &p->members[i].at[a].address;

			at->at[FAMILY_V4] = ip(i == 0 ? "10.0.0.1" : "10.0.0.2");
			at->at[FAMILY_V6] = ip(i == 0 ? "2001:db8::1" : "2001:db8::2");
		}
	}
	return m;
}

static void
service_set(struct pool *p, enum service_kind kind, uint16_t port, const char *vip4)
{
	struct service *s = &p->services[kind];

	s->kind = kind;
	s->enabled = true;
	s->port = port;
	s->source = service_infos[kind].source;
	if (vip4 != NULL)
		s->vip.at[FAMILY_V4] = ip(vip4);
}

static void
services_of_one_address_and_port_share(void **state)
{
	struct model *m = model_make(2);
	struct pool *p = &m->pools[0];
	const char *clash = NULL;
	char text[SERVICES_TEXT_MAX];

	(void)state;
	service_set(p, SERVICE_ACCESS, 5061, "192.0.2.1");
	service_set(p, SERVICE_FEDERATION, 5061, "192.0.2.1");
	service_set(p, SERVICE_WEBCONF, 444, "192.0.2.1");
	assert_int_equal(model_derive(m, &clash), 0);
	assert_int_equal(p->n_listeners, 2);
	assert_int_equal(
	    p->n_endpoints, 2 * 2 * 2); /* members, families, distinct ports */
	assert_string_equal(services_text(p->listeners[0].services, text, sizeof text),
	    "access+federation");
	assert_ptr_equal(p->endpoints[0].service, &p->services[SERVICE_ACCESS]);
	assert_string_equal(p->endpoints[0].full_name,
	    "edge.contoso.net/edge1/external/10.0.0.1:5061/tcp");
	assert_string_equal(p->endpoints[1].full_name,
	    "edge.contoso.net/edge1/external/[2001:db8::1]:5061/tcp");
	assert_int_equal(p->endpoints[0].id,
	    id_of("endpoint edge.contoso.net/edge1/external/10.0.0.1:5061/tcp"));
	assert_ptr_equal(model_endpoint(m, p->endpoints[3].id), &p->endpoints[3]);
	assert_ptr_equal(model_member(m, "EDGE.contoso.net/edge2"), &p->members[1]);
	assert_null(model_member(m, "edge.contoso.net/edge3"));
	model_free(&m);
}

static void
kept_sources_never_cross_families(void **state)
{
	struct model *m = model_make(2);
	struct pool *p = &m->pools[0];
	const char *clash = NULL;

	(void)state;
	p->members[1].at[ADDRESS_AV].address.at[FAMILY_V4] = (struct addr){0};
	p->members[1].at[ADDRESS_WEBCONF].address.at[FAMILY_V4] = (struct addr){0};
	service_set(p, SERVICE_AV_UDP, 3478, "192.0.2.3");
	service_set(p, SERVICE_WEBCONF, 443, "192.0.2.2");
	assert_int_equal(model_derive(m, &clash), 0);
	assert_int_equal(p->listeners[0].service->kind, SERVICE_WEBCONF);
	assert_int_equal(p->listeners[0].n_endpoints, 2); /* IPv4 VIP, IPv6 member */
	assert_int_equal(p->listeners[0].endpoints[1]->addr.family, AF_INET6);
	assert_int_equal(p->listeners[1].n_endpoints, 1);
	model_free(&m);
}

static void
two_objects_of_one_name_clash(void **state)
{
	struct model *m = model_make(2);
	const char *clash = NULL;

	(void)state;
	m->pools[0].members[1].name = "edge1";
	assert_int_equal(model_derive(m, &clash), -EEXIST);
	assert_string_equal(clash, "edge.contoso.net/edge1");
	model_free(&m);
}

static void
boards_have_a_row_for_everything(void **state)
{
	struct model *m = model_make(2);
	const char *clash = NULL;
	struct board_row_spec *rows;
	size_t n = 0;

	(void)state;
	service_set(&m->pools[0], SERVICE_ACCESS, 443, "192.0.2.1");
	assert_int_equal(model_derive(m, &clash), 0);
	rows = health_board_rows(m, &n);
	assert_int_equal(n, 1 + 2 + 4 + 1);
	free(rows);
	rows = lb_board_rows(m, &n);
	assert_int_equal(n, 1 + 1 + 4);
	free(rows);
	assert_string_equal(lb_field_word(LB_FIELD_OCTETS_IN), "octets-in");
	assert_null(lb_field_word(LB_FIELDS));
	model_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(services_of_one_address_and_port_share),
	    cmocka_unit_test(kept_sources_never_cross_families),
	    cmocka_unit_test(two_objects_of_one_name_clash),
	    cmocka_unit_test(boards_have_a_row_for_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
