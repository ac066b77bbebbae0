/* SPDX-License-Identifier: BSD-2-Clause */
/* What boards and model become: rows, values, and their order. */
#include "unit.h"

#include <string.h>

#include <edge/certificate.h>
#include <edge/clock.h>
#include <edge/id.h>

#include "admin.h"
#include "mib.h"
#include "snmp_fixture.h"

#define S(n) ((n)*NS_PER_S)

static const struct pool *
pool(const struct fixture *f)
{
	return &f->model->pools[0];
}

/* The cell of a column in the row of an object of the pool. */
static enum mib_found
get(struct fixture *f, enum column column, const struct member *m, uint64_t id,
    struct cell *ret)
{
	uint32_t index[ROW_INDICES_MAX] = {id_snmp_index(pool(f)->id)};
	uint32_t suffix[MIB_SUFFIX_MAX];
	unsigned n = 1;
	size_t length;

	if (m != NULL)
		index[n++] = id_snmp_index(m->id);
	if (id != 0)
		index[n++] = id_snmp_index(id);
	length = mib_suffix(column, index, n, suffix);
	return mib_get(f->snapshot, suffix, length, ret);
}

static uint64_t
number(struct fixture *f, enum column column, const struct member *m, uint64_t id)
{
	struct cell cell;

	assert_int_equal(get(f, column, m, id, &cell), MIB_FOUND);
	return cell.value.number;
}

static void
without_boards_members_are_unknown_and_counters_do_not_exist(void **state)
{
	struct fixture *f = *state;
	const struct member *m = &pool(f)->members[0];
	const struct endpoint *e = &pool(f)->endpoints[0];
	struct cell cell;

	assert_null(fixture_look(f, S(1)));
	assert_int_equal(number(f, COLUMN_MEMBER_HEALTH, m, 0), HEALTH_UNKNOWN + 1);
	assert_int_equal(get(f, COLUMN_MEMBER_NAME, m, 0, &cell), MIB_FOUND);
	assert_string_equal(cell.value.octets, "edge1");
	assert_int_equal(get(f, COLUMN_MEMBER_PROBES, m, 0, &cell), MIB_NO_INSTANCE);
	assert_int_equal(
	    get(f, COLUMN_ENDPOINT_OCTETS_IN, m, e->id, &cell), MIB_NO_INSTANCE);
	assert_int_equal(number(f, COLUMN_POOL_MEMBERS, NULL, 0), 2);
	assert_false(f->snapshot->boards[BOARD_HEALTH].present);
}

static void
words_of_both_boards_become_columns(void **state)
{
	struct fixture *f = *state;
	const struct endpoint *e = &pool(f)->endpoints[0];
	const struct member *m = e->member;
	struct cell cell;

	fixture_health_start(f);
	fixture_lb_start(f);
	fixture_state(f, m->id, HEALTH_UP, ADMIN_DRAINING, REASON_OK);
	fixture_state(f, e->id, HEALTH_DOWN, ADMIN_DRAINING, REASON_REFUSING);
	fixture_health_word(f, e->id, HEALTH_FIELD_DETAIL, 503);
	fixture_health_word(f, e->id, HEALTH_FIELD_LATENCY, 1234567);
	fixture_health_word(f, e->id, HEALTH_FIELD_DETECT_BOUND, S(8) + S(2) / 5);
	fixture_lb_word(f, e->id, LB_FIELD_OCTETS_IN, UINT64_C(1) << 40);
	fixture_lb_word(f, e->id, LB_FIELD_SESSIONS, 3);
	fixture_lb_word(f, pool(f)->listeners[0].id, LB_FIELD_STATUS,
	    LB_LISTENER_OPEN | LB_LISTENER_NO_VIP);
	fixture_look(f, S(1));

	assert_int_equal(number(f, COLUMN_MEMBER_ADMIN, m, 0), ADMIN_DRAINING + 1);
	assert_int_equal(number(f, COLUMN_MEMBER_USE, m, 0), USE_EXISTING + 1);
	assert_int_equal(number(f, COLUMN_MEMBER_SINCE, m, 0), S(77));
	assert_int_equal(number(f, COLUMN_MEMBER_SESSIONS, m, 0), 3);
	assert_int_equal(number(f, COLUMN_POOL_SESSIONS, NULL, 0), 3);
	assert_int_equal(number(f, COLUMN_ENDPOINT_HEALTH, m, e->id), HEALTH_DOWN + 1);
	assert_int_equal(
	    number(f, COLUMN_ENDPOINT_REASON, m, e->id), REASON_REFUSING + 1);
	assert_int_equal(get(f, COLUMN_ENDPOINT_REASON_TEXT, m, e->id, &cell), MIB_FOUND);
	assert_string_equal(cell.value.octets, "the service refuses new work (503)");
	assert_int_equal(number(f, COLUMN_ENDPOINT_LATENCY, m, e->id), 1234);
	assert_int_equal(number(f, COLUMN_ENDPOINT_DETECT_BOUND, m, e->id), 8400);
	assert_int_equal(
	    number(f, COLUMN_ENDPOINT_OCTETS_IN, m, e->id), UINT64_C(1) << 40);
	assert_int_equal(get(f, COLUMN_ENDPOINT_SERVICES, m, e->id, &cell), MIB_FOUND);
	assert_string_equal(cell.value.octets, "access+federation");
	assert_int_equal(get(f, COLUMN_ENDPOINT_ADDRESS, m, e->id, &cell), MIB_FOUND);
	assert_int_equal(cell.value.length, 4);
	assert_memory_equal(cell.value.octets, "\xc0\x00\x02\x0b", 4);
	assert_int_equal(
	    get(f, COLUMN_LISTENER_STATUS, NULL, pool(f)->listeners[0].id, &cell),
	    MIB_FOUND);
	assert_int_equal((unsigned char)cell.value.octets[0], 0xc0);
}

static void
a_board_that_is_gone_keeps_its_last_words_and_ages(void **state)
{
	struct fixture *f = *state;
	const struct member *m = &pool(f)->members[0];
	struct snapshot *before;

	fixture_health_start(f);
	fixture_state(f, m->id, HEALTH_DOWN, ADMIN_ENABLED, REASON_TLS_ALERT);
	fixture_health_word(f, m->id, HEALTH_FIELD_PROBES, 9);
	fixture_look(f, S(1));
	assert_int_equal(number(f, COLUMN_MEMBER_PROBES, m, 0), 9);

	/* a reader that never saw the board stands for one whose board is gone */
	board_reader_free(&f->readers[BOARD_HEALTH]);
	assert_int_equal(
	    board_reader_new("/nowhere", &health_board_spec, &f->readers[BOARD_HEALTH]),
	    0);
	before = fixture_look(f, S(11));
	snapshot_free(&before);
	assert_int_equal(number(f, COLUMN_MEMBER_PROBES, m, 0), 9);
	assert_int_equal(number(f, COLUMN_MEMBER_HEALTH, m, 0), HEALTH_DOWN + 1);
	assert_true(f->snapshot->boards[BOARD_HEALTH].stale);
	assert_in_range(f->snapshot->boards[BOARD_HEALTH].age_ns, S(10), S(20));
}

static int
suffix_compare(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b)
{
	for (size_t i = 0; i < n_a && i < n_b; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return n_a < n_b ? -1 : n_a > n_b;
}

static void
certificate_shown(struct fixture *f, uint64_t id)
{
	fixture_health_word(f, id, HEALTH_FIELD_CERT_FROM, 1577836800);
	fixture_health_word(f, id, HEALTH_FIELD_CERT_UNTIL, 253402300799);
	fixture_health_word(f, id, HEALTH_FIELD_CERT_SHA256, 0x123456789abcdef);
	fixture_health_word(f, id, HEALTH_FIELD_CERT_CHAIN, CHAIN_SELF_SIGNED);
	fixture_health_word(f, id, HEALTH_FIELD_TLS_VERSION, 0x0303);
	fixture_health_word(f, id, HEALTH_FIELD_CONDITIONS, 1u << 9 | 1u << 0);
}

static const struct row *
look_at_endpoint(struct fixture *f, int64_t boot_ns)
{
	struct snapshot *before = fixture_look(f, boot_ns);

	snapshot_free(&before);
	return &f->snapshot->rows[TABLE_ENDPOINT][0];
}

static void
certificates_are_there_where_one_was_shown(void **state)
{
	static const char last_second[] = "\x27\x0f\x0c\x1f\x17\x3b\x3b\0+\0\0";
	struct fixture *f = *state;
	const struct row *r;
	struct value v;

	fixture_health_start(f);
	r = look_at_endpoint(f, S(1));
	for (enum column c = COLUMN_ENDPOINT_CERT_FROM; c <= COLUMN_ENDPOINT_TLS_VERSION;
	     c++)
		assert_false(value_get(f->snapshot, r, c, &v));
	certificate_shown(f, r->of.endpoint->id);
	r = look_at_endpoint(f, S(2));
	assert_true(value_get(f->snapshot, r, COLUMN_ENDPOINT_CERT_UNTIL, &v));
	assert_int_equal(v.length, 11);
	assert_memory_equal(v.octets, last_second, 11);
	assert_true(value_get(f->snapshot, r, COLUMN_ENDPOINT_CERT_DIGEST, &v));
	assert_string_equal(v.octets, "0123456789abcdef");
	assert_true(value_get(f->snapshot, r, COLUMN_ENDPOINT_CERT_CHAIN, &v));
	assert_int_equal(v.number, CHAIN_SELF_SIGNED + 1);
	assert_true(value_get(f->snapshot, r, COLUMN_ENDPOINT_TLS_VERSION, &v));
	assert_string_equal(v.octets, "TLS 1.2");
	assert_true(value_get(f->snapshot, r, COLUMN_ENDPOINT_CONDITIONS, &v));
	assert_int_equal(v.length, 2);
	assert_memory_equal(v.octets, "\x80\x40", 2);
	/* A year that has no four digits. */
	fixture_health_word(
	    f, r->of.endpoint->id, HEALTH_FIELD_CERT_UNTIL, UINT64_C(253402300800));
	r = look_at_endpoint(f, S(3));
	assert_false(value_get(f->snapshot, r, COLUMN_ENDPOINT_CERT_UNTIL, &v));
}

static void
a_walk_goes_up_all_the_way_and_get_agrees_with_it(void **state)
{
	struct fixture *f = *state;
	uint32_t at[MIB_SUFFIX_MAX] = {0};
	size_t n = 0, steps = 0, columns = 0;
	enum column last = COLUMNS;
	struct cell cell, same;

	fixture_health_start(f);
	fixture_lb_start(f);
	certificate_shown(f, f->model->pools[0].endpoints[0].id);
	fixture_look(f, S(1));
	while (mib_next(f->snapshot, at, n, false, &cell)) {
		assert_true(suffix_compare(at, n, cell.suffix, cell.n_suffix) < 0);
		memcpy(at, cell.suffix, sizeof at);
		n = cell.n_suffix;
		assert_int_equal(mib_get(f->snapshot, at, n, &same), MIB_FOUND);
		assert_int_equal(same.column, cell.column);
		assert_memory_equal(&same.value, &cell.value, sizeof same.value);
		assert_true(mib_next(f->snapshot, at, n, true, &same));
		assert_int_equal(same.column, cell.column);
		assert_ptr_equal(same.row, cell.row);
		columns += cell.column != last;
		last = cell.column;
		assert_true(++steps < 10000);
	}
	/* no board of edge-dnslb here: its three scalars and three columns are missing
	 * where they depend on it, everything else that is served was met */
	for (enum column c = 0; c < COLUMNS; c++)
		columns -= mib_columns[c].access >= ACCESS_RO;
	assert_int_equal(columns, -3);
	assert_int_equal(last, COLUMN_ENDPOINT_UNASKED);
}

static void
next_starts_from_places_that_do_not_exist(void **state)
{
	static const struct {
		uint32_t suffix[8];
		size_t n;
		enum column column; /* COLUMNS: nothing follows */
	} cases[] = {
	    {{0}, 0, COLUMN_INSTANCE},
	    {{0}, 1, COLUMN_INSTANCE},
	    {{1, 1}, 2, COLUMN_INSTANCE},
	    {{1, 1, 0}, 3, COLUMN_VERSION},
	    {{1, 1, 0, 5, 5, 5, 5, 5}, 8, COLUMN_VERSION},
	    {{1, 99}, 2, COLUMN_NOTIFY_LAST},
	    {{3, 1, 1, 7}, 4, COLUMN_BOARD_NAME},
	    {{5}, 1, COLUMN_MEMBER_NAME},
	    {{5, 0, 9}, 3, COLUMN_MEMBER_NAME},
	    {{5, 1, 2, UINT32_MAX}, 4, COLUMN_MEMBER_POOL_NAME},
	    {{5, 2}, 2, COLUMN_LISTENER_NAME},
	    {{7, 1, 99}, 3, COLUMNS},
	    {{8}, 1, COLUMNS},
	    {{UINT32_MAX, UINT32_MAX}, 2, COLUMNS},
	};
	struct fixture *f = *state;

	fixture_look(f, S(1));
	for (size_t i = 0; i < countof(cases); i++) {
		struct cell cell;
		bool found =
		    mib_next(f->snapshot, cases[i].suffix, cases[i].n, false, &cell);

		assert_int_equal(found, cases[i].column != COLUMNS);
		if (found)
			assert_int_equal(cell.column, cases[i].column);
	}
}

static void
get_tells_a_missing_object_from_a_missing_instance(void **state)
{
	static const uint32_t object[] = {1, 99, 0}, instance[] = {1, 1, 1},
			      row[] = {4, 1, 2, 12345}, index[] = {4, 1, 1, 12345},
			      shorter[] = {5, 1, 2}, event[] = {2, 5, 0};
	struct fixture *f = *state;
	struct cell cell;

	fixture_look(f, S(1));
	assert_int_equal(mib_get(f->snapshot, object, 3, &cell), MIB_NO_OBJECT);
	assert_int_equal(mib_get(f->snapshot, instance, 3, &cell), MIB_NO_INSTANCE);
	assert_int_equal(mib_get(f->snapshot, row, 4, &cell), MIB_NO_INSTANCE);
	assert_int_equal(mib_get(f->snapshot, index, 4, &cell), MIB_NO_OBJECT);
	assert_int_equal(mib_get(f->snapshot, shorter, 3, &cell), MIB_NO_INSTANCE);
	assert_int_equal(mib_get(f->snapshot, event, 3, &cell), MIB_NO_OBJECT);
	assert_int_equal(mib_get(f->snapshot, event, 0, &cell), MIB_NO_OBJECT);
}

static void
a_wish_of_the_administrator_names_the_member_in_full(void **state)
{
	struct fixture *f = *state;
	char request[64];

	assert_true(
	    admin_request(request, sizeof request, &pool(f)->members[0], ADMIN_DRAINING));
	assert_string_equal(request, "drain edge.contoso.net/edge1");
	assert_true(
	    admin_request(request, sizeof request, &pool(f)->members[1], ADMIN_ENABLED));
	assert_string_equal(request, "enable edge.contoso.net/edge2");
	assert_false(admin_request(request, 8, &pool(f)->members[1], ADMIN_DISABLED));
	assert_false(admin_is_ready(f->dir));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(without_boards_members_are_unknown_and_counters_do_not_exist),
	    TEST(words_of_both_boards_become_columns),
	    TEST(a_board_that_is_gone_keeps_its_last_words_and_ages),
	    TEST(certificates_are_there_where_one_was_shown),
	    TEST(a_walk_goes_up_all_the_way_and_get_agrees_with_it),
	    TEST(next_starts_from_places_that_do_not_exist),
	    TEST(get_tells_a_missing_object_from_a_missing_instance),
	    TEST(a_wish_of_the_administrator_names_the_member_in_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
