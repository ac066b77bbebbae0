/* SPDX-License-Identifier: BSD-2-Clause */
/* The status page, from real boards of a made-up model, letter by letter. */
#include "unit.h"

#include <edge/certificate.h>
#include <edge/clock.h>
#include <edge/condition.h>
#include <edge/program.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <member_name.h>
#include <picture.h>
#include <status_json.h>
#include <status_text.h>

#define NOW_S  7450 /* the daemons run for 2h 04m */
#define WALL_S 1700000000

struct lab {
	char dir[64];
	struct model *model;
	struct board *health, *lb, *dns;
	struct picture_boards readers;
	struct daemon_look looks[DAEMONS];
	int64_t now_ns;
};

/* --- a hardware-mode pool of three members, a DNS-mode pool of two
 * ---------------------- */

static struct addrs
v4(const char *format, int n)
{
	struct addrs a = {0};
	char text[ADDR_TEXT_MAX];

	snprintf(text, sizeof text, "%s%d", format, n);
	assert_true(addr_parse(text, &a.at[FAMILY_V4]));
	return a;
}

static void
service_make(struct pool *p, enum service_kind kind, const char *fqdn, int vip)
{
	const struct service_info *info = &service_infos[kind];
	struct service *s = &p->services[kind];

	s->kind = kind;
	s->enabled = true;
	s->fqdn = fqdn;
	s->port = info->port;
	s->probe = info->probe;
	s->source = info->source;
	s->health.fall = 3;
	if (p->sides[SIDE_EXTERNAL].balancing == BALANCING_HARDWARE)
		s->vip = v4(info->side == SIDE_EXTERNAL ? "198.51.100." : "10.9.0.", vip);
}

static void
members_make(
    struct model *m, struct pool *p, const char *const *names, size_t n, int first)
{
	p->members = arena_array(m->arena, n, sizeof *p->members);
	p->n_members = n;
	for (size_t i = 0; i < n; i++) {
		struct member *member = &p->members[i];
		int last = first + (int)i;

		*member = (struct member){.name = names[i],
		    .fqdn = names[i],
		    .pool = p,
		    .index = (unsigned)i,
		    .weight = 100};
		member->at[ADDRESS_ACCESS].address = v4("198.51.100.1", last);
		member->at[ADDRESS_WEBCONF].address = v4("198.51.100.2", last);
		member->at[ADDRESS_AV].address = v4("198.51.100.3", last);
		member->at[ADDRESS_INTERNAL].address = v4("10.9.0.1", last);
		for (int a = 0; a < ADDRESSES; a++)
			member->at[a].public = member->at[a].address;
	}
}

static void
pool_make(struct model *m, struct pool *p, const char *fqdn, enum balancing balancing)
{
	p->model = m;
	p->fqdn = fqdn;
	p->product = PRODUCT_LYNC_2013;
	p->sides[SIDE_EXTERNAL] = (struct side){SIDE_EXTERNAL, .balancing = balancing};
	p->sides[SIDE_INTERNAL] = (struct side){SIDE_INTERNAL, .balancing = balancing};
	service_make(p, SERVICE_ACCESS, "sip.contoso.com", 110);
	service_make(p, SERVICE_FEDERATION, "sip.contoso.com", 110);
	service_make(p, SERVICE_AV_UDP, "av.contoso.com", 130);
	service_make(p, SERVICE_SIP, NULL, 100);
}

static struct model *
model_make(void)
{
	static const char *const hardware[] = {"edge1", "edge2", "edge3"};
	static const char *const dns[] = {"edge1", "outer2"};
	struct arena *arena = arena_new(1 << 20);
	struct model *m = arena_alloc(arena, sizeof *m);
	const char *clash;

	m->arena = arena;
	m->path = "/etc/edgepool/edgepool.conf";
	m->instance = "lb1";
	m->hash = 77;
	m->snmp.enabled = true;
	m->n_pools = 2;
	m->pools = arena_array(arena, 2, sizeof *m->pools);
	pool_make(m, &m->pools[0], "edge.contoso.net", BALANCING_HARDWARE);
	pool_make(m, &m->pools[1], "edge.fabrikam.net", BALANCING_DNS);
	members_make(m, &m->pools[0], hardware, countof(hardware), 1);
	members_make(m, &m->pools[1], dns, countof(dns), 4);
	assert_int_equal(model_derive(m, &clash), 0);
	return m;
}

/* --- boards
 * ------------------------------------------------------------------------------ */

static int
lab_start(void **state)
{
	static const struct board_row_spec dns_rows[] = {
	    {BOARD_PROCESS_ID, ROW_PROCESS}, {2000, ROW_ZONE}, {2001, ROW_ZONE}};
	struct lab *lab = calloc(1, sizeof *lab);
	struct board_row_spec *rows;
	size_t n;

	snprintf(lab->dir, sizeof lab->dir, "/tmp/edgectl-test-XXXXXX");
	assert_non_null(mkdtemp(lab->dir));
	lab->model = model_make();
	rows = health_board_rows(lab->model, &n);
	assert_int_equal(
	    board_create(lab->dir, &health_board_spec, rows, n, 77, &lab->health), 0);
	free(rows);
	rows = lb_board_rows(lab->model, &n);
	assert_int_equal(
	    board_create(lab->dir, &lb_board_spec, rows, n, 77, &lab->lb), 0);
	free(rows);
	assert_int_equal(board_create(lab->dir, &dns_board_spec, dns_rows,
			     countof(dns_rows), 77, &lab->dns),
	    0);
	assert_int_equal(
	    board_reader_new(lab->dir, &health_board_spec, &lab->readers.health), 0);
	assert_int_equal(board_reader_new(lab->dir, &lb_board_spec, &lab->readers.lb), 0);
	assert_int_equal(
	    board_reader_new(lab->dir, &dns_board_spec, &lab->readers.dns), 0);
	for (int d = 0; d < DAEMONS; d++)
		lab->looks[d].listening = true;
	*state = lab;
	return 0;
}

static int
lab_end(void **state)
{
	struct lab *lab = *state;
	char path[PROGRAM_PATH_MAX];

	board_close(&lab->health);
	board_close(&lab->lb);
	board_close(&lab->dns);
	board_reader_free(&lab->readers.health);
	board_reader_free(&lab->readers.lb);
	board_reader_free(&lab->readers.dns);
	model_free(&lab->model);
	for (size_t i = 0; i < 3; i++) {
		static const char *const names[] = {"health", "lb", "dns"};

		assert_true(program_path(path, lab->dir, names[i], ".board"));
		(void)unlink(path);
	}
	assert_int_equal(rmdir(lab->dir), 0);
	free(lab);
	return 0;
}

static struct picture *
picture_look(struct lab *lab)
{
	struct picture *p;

	board_reader_refresh(lab->readers.health);
	board_reader_refresh(lab->readers.lb);
	board_reader_refresh(lab->readers.dns);
	if (lab->now_ns == 0)
		lab->now_ns = clock_boot_ns();
	p = picture_new(lab->model, &lab->readers, lab->looks, lab->now_ns, WALL_S);
	assert_non_null(p);
	/* a picture counts from the boards' start; the page must not depend on the day */
	for (int d = 0; d < DAEMONS; d++)
		p->daemons[d].up_ns = NOW_S * NS_PER_S;
	return p;
}

static void
health_set(struct lab *lab, uint64_t id, enum health_field field, uint64_t word)
{
	size_t row = board_find(lab->health, id);

	assert_true(row != BOARD_NO_ROW);
	board_store(lab->health, row, field, word);
}

static void
state_set(struct lab *lab, uint64_t id, const struct state *s)
{
	struct state now = *s;

	if (lab->now_ns == 0)
		lab->now_ns = clock_boot_ns();
	now.since_s = (uint32_t)(lab->now_ns / NS_PER_S - 125);
	health_set(lab, id, HEALTH_FIELD_STATE, state_pack(&now));
}

static void
all_up(struct lab *lab)
{
	const struct state up = {.health = HEALTH_UP, .reason = REASON_OK};

	for (size_t p = 0; p < lab->model->n_pools; p++) {
		struct pool *pool = &lab->model->pools[p];

		for (size_t i = 0; i < pool->n_members; i++)
			state_set(lab, pool->members[i].id, &up);
		for (size_t i = 0; i < pool->n_endpoints; i++)
			state_set(lab, pool->endpoints[i].id, &up);
	}
}

static void
lb_set(struct lab *lab, uint64_t id, enum lb_field field, uint64_t word)
{
	size_t row = board_find(lab->lb, id);

	assert_true(row != BOARD_NO_ROW);
	board_store(lab->lb, row, field, word);
}

static void
listeners_open(struct lab *lab, uint64_t status)
{
	struct pool *pool = &lab->model->pools[0];

	for (size_t i = 0; i < pool->n_listeners; i++)
		lb_set(lab, pool->listeners[i].id, LB_FIELD_STATUS, status);
	lb_set(lab, BOARD_PROCESS_ID, LB_FIELD_SESSIONS_MAX, 8000);
}

/* A page as tests/unit/ctl_pages keeps it. */
static void
text_is(const struct sbuf *out, const char *page)
{
	char path[128], golden[16384];
	FILE *file;
	size_t n;

	assert_false(out->failed);
	snprintf(path, sizeof path, "unit/ctl_pages/%s.txt", page);
	file = fopen(path, "r");
	n = file == NULL ? 0 : fread(golden, 1, sizeof golden - 1, file);
	golden[n] = '\0';
	if (file != NULL)
		fclose(file);
	if (strcmp(sbuf_text(out), golden) != 0)
		fprintf(stderr, "--- %s is not\n%s---\n", path, sbuf_text(out));
	assert_string_equal(sbuf_text(out), golden);
}

static void
page_is(struct lab *lab, const struct status_options *o, const char *page)
{
	struct picture *p = picture_look(lab);
	struct sbuf out;

	sbuf_init(&out, 1 << 20);
	status_text(p, o, &out);
	text_is(&out, page);
	sbuf_fini(&out);
	picture_free(&p);
}

/* --- the plays
 * ---------------------------------------------------------------------------- */

static void
all_is_well(void **state)
{
	struct lab *lab = *state;
	struct pool *pool = &lab->model->pools[0];

	all_up(lab);
	listeners_open(lab, LB_LISTENER_OPEN);
	lb_set(lab, pool->listeners[0].id, LB_FIELD_SESSIONS, 104);
	lb_set(lab, pool->endpoints[0].id, LB_FIELD_SESSIONS, 60);
	board_store(lab->dns, 1, DNS_FIELD_RECORDS, 12);
	board_store(lab->dns, 2, DNS_FIELD_RECORDS, 4);
	page_is(lab, &(struct status_options){0}, "well");
}

static void
the_kernel_engine_is_marked(void **state)
{
	struct lab *lab = *state;
	struct pool *pool = &lab->model->pools[0];
	uint64_t id = pool->listeners[0].id;

	all_up(lab);
	listeners_open(lab, LB_LISTENER_OPEN | LB_LISTENER_KERNEL);
	lb_set(lab, BOARD_PROCESS_ID, LB_FIELD_FLOWS, 104);
	lb_set(lab, BOARD_PROCESS_ID, LB_FIELD_FLOWS_MAX, 1000000);
	lb_set(lab, id, LB_FIELD_SESSIONS, 104);
	lb_set(lab, id, LB_FIELD_SESSIONS_TOTAL, 1);
	lb_set(lab, id, LB_FIELD_PICKS, 1);
	lb_set(lab, id, LB_FIELD_UNASKED, 13);
	lb_set(lab, id, LB_FIELD_STATELESS, UINT64_C(123456789));
	lb_set(lab, id, LB_FIELD_FLOWS_FULL, 12);
	page_is(lab, &(struct status_options){.pool = pool->fqdn}, "kernel");
	page_is(lab, &(struct status_options){.pool = pool->fqdn, .verbose = true},
	    "kernel-verbose");
}

/* edge3 is dead, edge2 drains, edge1 has lost one service. */
static void
trouble_make(struct lab *lab)
{
	struct pool *pool = &lab->model->pools[0], *dns = &lab->model->pools[1];
	const struct state dead = {
	    .health = HEALTH_DOWN, .reason = REASON_CONNECT_TIMEOUT};
	const struct state refusing = {.health = HEALTH_DOWN, .reason = REASON_REFUSING};
	const struct state drained = {
	    .health = HEALTH_UP, .admin = ADMIN_DRAINING, .reason = REASON_OK};
	const struct state panic = {
	    .health = HEALTH_DOWN, .reason = REASON_TLS_ALERT, .flags = STATE_PANIC};
	const struct state disabled = {
	    .health = HEALTH_UP, .admin = ADMIN_DISABLED, .reason = REASON_OK};

	all_up(lab);
	listeners_open(lab, LB_LISTENER_OPEN);
	state_set(lab, pool->members[2].id, &dead);
	state_set(lab, pool->members[1].id, &drained);
	for (size_t i = 0; i < pool->n_endpoints; i++) {
		const struct endpoint *e = &pool->endpoints[i];

		if (e->member == &pool->members[2])
			state_set(lab, e->id, &dead);
		if (e->member == &pool->members[1]) {
			state_set(lab, e->id, &drained);
			lb_set(lab, e->id, LB_FIELD_SESSIONS, 10);
		}
		if (e->member == &pool->members[0] &&
		    e->services == 1u << SERVICE_FEDERATION) {
			state_set(lab, e->id, &refusing);
			health_set(lab, e->id, HEALTH_FIELD_DETAIL, 503);
		}
	}
	lb_set(lab, pool->listeners[0].id, LB_FIELD_STATUS,
	    LB_LISTENER_OPEN | LB_LISTENER_NO_VIP);
	lb_set(lab, pool->listeners[1].id, LB_FIELD_STATUS, 0);
	lb_set(lab, pool->listeners[2].id, LB_FIELD_STATUS,
	    LB_LISTENER_OPEN | LB_LISTENER_PAUSED);
	lb_set(lab, BOARD_PROCESS_ID, LB_FIELD_LOOP_LAG, 70000000);
	lb_set(lab, BOARD_PROCESS_ID, LB_FIELD_LOG_LOST, 12);
	state_set(lab, dns->members[1].id, &disabled);
	health_set(lab, dns->id, HEALTH_FIELD_PANIC_NOW, 1);
	state_set(lab, dns->endpoints[1].id, &panic);
	health_set(lab, dns->endpoints[1].id, HEALTH_FIELD_DETAIL, 40);
}

static void
what_is_wrong_is_said_once_and_where(void **state)
{
	trouble_make(*state);
	page_is(*state, &(struct status_options){0}, "trouble");
}

/* What the prober knows beside states: of one that is well and doubted, and of another.
 */
static void
known_set(struct lab *lab, const struct endpoint *well, const struct endpoint *sick)
{
	const struct {
		const struct endpoint *e;
		enum health_field field;
		uint64_t word;
	} words[] = {
	    {well, HEALTH_FIELD_DETECT_BOUND, 5400 * NS_PER_MS},
	    {well, HEALTH_FIELD_RUN, 1},
	    {well, HEALTH_FIELD_LAST_REASON, REASON_ANSWER_TIMEOUT},
	    {well, HEALTH_FIELD_TALLY, 1},
	    {well, HEALTH_FIELD_TLS_VERSION, 0x0303},
	    {well, HEALTH_FIELD_SERVER_VERSION, 5},
	    {well, HEALTH_FIELD_CERT_UNTIL, WALL_S + 42 * 86400 + 3600},
	    {well, HEALTH_FIELD_SENTINEL, 2},
	    {sick, HEALTH_FIELD_RUN, 12},
	    {sick, HEALTH_FIELD_PROBES, 20},
	    {sick, HEALTH_FIELD_LAST_PROBE, (uint64_t)(lab->now_ns - NS_PER_S)},
	    {sick, HEALTH_FIELD_LAST_REASON, REASON_OK},
	    {sick, HEALTH_FIELD_FLAPS, HEALTH_FLAPS_AWAITS_OPERATOR},
	    {sick, HEALTH_FIELD_HELD_UNTIL, (uint64_t)(lab->now_ns + 20 * NS_PER_S)},
	    {sick, HEALTH_FIELD_CERT_UNTIL, WALL_S - 1},
	    {sick, HEALTH_FIELD_SENTINEL, 1},
	};

	for (size_t i = 0; i < countof(words); i++)
		health_set(lab, words[i].e->id, words[i].field, words[i].word);
}

static void
one_pool_in_full(void **state)
{
	struct lab *lab = *state;
	const struct endpoint *e = &lab->model->pools[0].endpoints[0];

	trouble_make(lab);
	health_set(lab, e->id, HEALTH_FIELD_PROBES, 1204);
	health_set(lab, e->id, HEALTH_FIELD_FAILURES, 3);
	health_set(lab, e->id, HEALTH_FIELD_LATENCY, 4200000);
	health_set(
	    lab, e->id, HEALTH_FIELD_LAST_PROBE, (uint64_t)(lab->now_ns - 3 * NS_PER_S));
	known_set(lab, e, &lab->model->pools[0].endpoints[1]);
	for (enum vip seen = 0; seen < VIPS; seen++) {
		const struct listener *l = &lab->model->pools[0].listeners[seen];

		lab->model->pools[0].services[l->service->kind].health.vip_probe = true;
		health_set(lab, l->id, HEALTH_FIELD_VIP, seen);
		health_set(lab, l->id, HEALTH_FIELD_LATENCY, 1500 * NS_PER_US);
		health_set(lab, l->id, HEALTH_FIELD_LAST_REASON, REASON_ANSWER_TIMEOUT);
	}
	lb_set(lab, e->id, LB_FIELD_OCTETS_IN, 5 << 20);
	lb_set(lab, BOARD_PROCESS_ID, LB_FIELD_LOOP_LAG, 420000);
	page_is(lab,
	    &(struct status_options){.pool = "edge.contoso.net", .verbose = true},
	    "verbose");
}

/* Reported of what is up all the same: who has it, and once for all that share it. */
static void
conditions_are_said_under_what_has_them(void **state)
{
	const struct state aside = {
	    .health = HEALTH_UP, .reason = REASON_PRIVATE_ALTERNATE};
	struct lab *lab = *state;
	struct pool *pool = &lab->model->pools[0];

	all_up(lab);
	/* a reason that goes with being up is no condition, and is said as well */
	state_set(lab, pool->endpoints[2].id, &aside);
	listeners_open(lab, LB_LISTENER_OPEN);
	for (size_t i = 0; i < pool->n_endpoints; i++) {
		const struct endpoint *e = &pool->endpoints[i];
		uint64_t word = condition_bit(CONDITION_VIP_NOT_MEASURED);

		if (e->services == 1u << SERVICE_ACCESS)
			word |= condition_bit(CONDITION_OLD_TLS);
		if (e->services == 1u << SERVICE_SIP && e->member != &pool->members[2])
			word |= condition_bit(CONDITION_CERT_EXPIRING);
		if (e->services == 1u << SERVICE_SIP && e->member == &pool->members[1])
			word |= condition_bit(CONDITION_CERT_DIFFERS);
		if (e->services == 1u << SERVICE_FEDERATION)
			word |= condition_bit(e->member->index == 0
						  ? CONDITION_CERT_EXPIRED
						  : CONDITION_CERT_NOT_YET_VALID);
		/* the wall clock says 1700000000, 2023-11-14 */
		health_set(lab, e->id, HEALTH_FIELD_CERT_UNTIL,
		    e->services == 1u << SERVICE_SIP ? 1700000000 + (13 - i) * 86400
						     : 1700000000 - i * 86400);
		health_set(lab, e->id, HEALTH_FIELD_CERT_FROM, 1700000000 + i * 1000);
		health_set(lab, e->id, HEALTH_FIELD_CONDITIONS, word | UINT64_C(1) << 63);
	}
	health_set(lab, pool->members[0].id, HEALTH_FIELD_CONDITIONS,
	    condition_bit(CONDITION_FLAPPING));
	health_set(lab, pool->id, HEALTH_FIELD_CONDITIONS,
	    condition_bit(CONDITION_VIP_DISAGREES));
	page_is(lab, &(struct status_options){.pool = "edge.contoso.net"}, "conditions");
}

static void
a_service_that_nobody_probes_is_not_called_down(void **state)
{
	struct lab *lab = *state;
	struct picture *p;
	struct sbuf out;

	all_up(lab);
	lab->model->pools[0].services[SERVICE_AV_UDP].probe = PROBE_NONE;
	p = picture_look(lab);
	sbuf_init(&out, 1 << 20);
	status_text(p, &(struct status_options){.pool = "edge.contoso.net"}, &out);
	assert_non_null(strstr(sbuf_text(&out), "av-udp      3478/udp  not probed  "));
	assert_non_null(strstr(sbuf_text(&out), "access      443/tcp       3 of 3  "));
	sbuf_fini(&out);
	picture_free(&p);
}

static void
a_standby_says_so_once(void **state)
{
	struct lab *lab = *state;

	all_up(lab);
	listeners_open(lab, LB_LISTENER_OPEN | LB_LISTENER_NO_VIP);
	page_is(lab, &(struct status_options){.pool = "edge.contoso.net"}, "standby");
}

static void
boards_file(struct lab *lab, const char *name, bool remove)
{
	char path[PROGRAM_PATH_MAX];

	assert_true(program_path(path, lab->dir, name, ".board"));
	if (remove)
		assert_int_equal(unlink(path), 0);
}

/* Nothing runs: no board, no socket. */
static void
silence_is_said_with_what_it_means(void **state)
{
	struct lab *lab = *state;

	boards_file(lab, "health", true);
	boards_file(lab, "lb", true);
	boards_file(lab, "dns", true);
	memset(lab->looks, 0, sizeof lab->looks);
	lab->looks[DAEMON_LB].forbidden = true;
	page_is(lab, &(struct status_options){.pool = "edge.contoso.net"}, "silence");
}

/* Boards that stopped beating: one whose daemon is stuck, one whose daemon is gone; and
 * one that has not taken the file of today. */
static void
stale_boards_show_what_they_knew(void **state)
{
	struct lab *lab = *state;
	struct picture *p;
	struct sbuf out;

	all_up(lab);
	listeners_open(lab, LB_LISTENER_OPEN);
	p = picture_look(lab);
	assert_true(picture_is_current(p));
	p->daemons[DAEMON_HEALTH].board = BOARD_STALE;
	p->daemons[DAEMON_HEALTH].beat_age_ns = 12 * NS_PER_S;
	assert_false(picture_is_current(p));
	p->daemons[DAEMON_LB].board = BOARD_STALE;
	p->daemons[DAEMON_LB].listening = false;
	p->daemons[DAEMON_LB].beat_age_ns = 300 * NS_PER_S;
	p->daemons[DAEMON_DNSLB].conf_same = false;
	sbuf_init(&out, 1 << 20);
	status_text(p, &(struct status_options){.pool = "none"}, &out);
	text_is(&out, "stale");
	sbuf_fini(&out);
	picture_free(&p);
}

static void
no_line_is_wider_than_a_terminal(void **state)
{
	struct lab *lab = *state;
	struct picture *p;
	struct sbuf out;

	trouble_make(lab);
	p = picture_look(lab);
	sbuf_init(&out, 1 << 20);
	status_text(p, &(struct status_options){0}, &out);
	status_text(p, &(struct status_options){.verbose = true}, &out);
	for (const char *line = sbuf_text(&out); *line != '\0';) {
		size_t n = strcspn(line, "\n");

		assert_true(n <= STATUS_WIDTH);
		assert_true(n == 0 || line[n - 1] != '~'); /* nothing was cut */
		line += n + 1;
	}
	sbuf_fini(&out);
	picture_free(&p);
}

/* Every JSON text must be one, and tell what the table tells.  A JSON reader is not in
 * libc, so this checks shape here; tests/flow reads it with a real one. */
static void
json_has_what_scripts_rely_on(void **state)
{
	static const char *const parts[] = {"\"format\": 1,", "\"instance\": \"lb1\",",
	    "\"time\": \"2023-11-14T22:13:20Z\",", "\"current\": true,",
	    "\"name\": \"edge-lb\",", "\"configuration_hash\": \"000000000000004d\"",
	    "\"summary\": \"refusing\",", "\"takes\": \"existing\",", "\"detail\": 503,",
	    "\"last_probe_age_s\": null,", "\"vip_present\": false,", "\"open\": false,",
	    "\"listener\": null,", "\"flags\": [\n", "\"since_age_s\": 125.",
	    "\"octets_in\": 0,", "\"protocol\": \"udp\",", "\"conditions\": []",
	    "\"old-tls\""};
	struct lab *lab = *state;
	struct picture *p;
	struct sbuf out;

	trouble_make(lab);
	health_set(lab, lab->model->pools[0].endpoints[0].id, HEALTH_FIELD_CONDITIONS,
	    condition_bit(CONDITION_OLD_TLS));
	p = picture_look(lab);
	sbuf_init(&out, 1 << 20);
	status_json(p, NULL, &out);
	assert_false(out.failed);
	for (size_t i = 0; i < countof(parts); i++)
		if (strstr(sbuf_text(&out), parts[i]) == NULL)
			fail_msg("no %s in %s", parts[i], sbuf_text(&out));
	sbuf_fini(&out);
	picture_free(&p);
}

/* --- names
 * -------------------------------------------------------------------------------- */

static void
members_are_found_by_what_people_write(void **state)
{
	static const struct {
		const char *name, *found, *why;
	} rows[] = {
	    {"edge2", "edge.contoso.net/edge2", ""},
	    {"EDGE2", "edge.contoso.net/edge2", ""},
	    {"edge.fabrikam.net/edge1", "edge.fabrikam.net/edge1", ""},
	    {"edge1", NULL,
		"several pools have a member 'edge1': say edge.contoso.net/edge1 or "
		"edge.fabrikam.net/edge1"},
	    {"outer3", NULL, "there is no member 'outer3'; did you mean outer2?"},
	    {"edge.fabrikam.net/edge2", NULL,
		"there is no member 'edge.fabrikam.net/edge2'; did you mean "
		"edge.fabrikam.net/edge1?"},
	    {"frontend", NULL,
		"there is no member 'frontend'; there are edge1, edge2, edge3, edge1, "
		"outer2"},
	};
	struct lab *lab = *state;

	for (size_t i = 0; i < countof(rows); i++) {
		const struct member *found;
		struct sbuf why;

		sbuf_init(&why, 4096);
		found = member_name_find(lab->model, rows[i].name, &why);
		assert_string_equal(sbuf_text(&why), rows[i].why);
		if (rows[i].found == NULL)
			assert_null(found);
		else
			assert_string_equal(found->full_name, rows[i].found);
		sbuf_fini(&why);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(all_is_well, lab_start, lab_end),
	    cmocka_unit_test_setup_teardown(
		the_kernel_engine_is_marked, lab_start, lab_end),
	    cmocka_unit_test_setup_teardown(
		what_is_wrong_is_said_once_and_where, lab_start, lab_end),
	    cmocka_unit_test_setup_teardown(one_pool_in_full, lab_start, lab_end),
	    cmocka_unit_test_setup_teardown(
		conditions_are_said_under_what_has_them, lab_start, lab_end),
	    cmocka_unit_test_setup_teardown(
		a_service_that_nobody_probes_is_not_called_down, lab_start, lab_end),
	    cmocka_unit_test_setup_teardown(a_standby_says_so_once, lab_start, lab_end),
	    cmocka_unit_test_setup_teardown(
		silence_is_said_with_what_it_means, lab_start, lab_end),
	    cmocka_unit_test_setup_teardown(
		stale_boards_show_what_they_knew, lab_start, lab_end),
	    cmocka_unit_test_setup_teardown(
		no_line_is_wider_than_a_terminal, lab_start, lab_end),
	    cmocka_unit_test_setup_teardown(
		json_has_what_scripts_rely_on, lab_start, lab_end),
	    cmocka_unit_test_setup_teardown(
		members_are_found_by_what_people_write, lab_start, lab_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
