/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Zone text seen from behind: damage is recognised, a text that serves less than it must
 * is refused, and a difference reads as lines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dns_fixture.h"
#include "zone_text.h"

static const struct shape two = {.fqdn = "lsedge.contoso.net",
    .domains = {"contoso.com"},
    .members = {"edge1", "edge2"},
    .access = "sip.contoso.com",
    .webconf = "webcon.contoso.com",
    .av = "av.contoso.com",
    .v6 = true};

struct written {
	struct model *m;
	struct plan *p;
	struct sbuf text; /* of the first zone */
};

static void
write_first(struct written *w)
{
	w->m = fixture_model(&two, 1);
	w->p = NULL;
	assert_int_equal(answer_plan(w->m, NULL, ANSWER_BY_HEALTH, &w->p), 0);
	sbuf_init(&w->text, ZONE_TEXT_MAX);
	zone_text_write(&w->text, &w->p->zones[0], "lb1");
	assert_false(w->text.failed);
}

static void
written_fini(struct written *w)
{
	sbuf_fini(&w->text);
	plan_free(&w->p);
	model_free(&w->m);
}

static void
test_every_cut_is_damage(void **state)
{
	struct written w;

	(void)state;
	write_first(&w);
	for (size_t n = 0; n < w.text.length; n++)
		assert_false(zone_text_intact(w.text.text, n));
	assert_true(zone_text_intact(w.text.text, w.text.length));
	written_fini(&w);
}

static void
test_every_changed_octet_is_damage(void **state)
{
	struct written w;

	(void)state;
	write_first(&w);
	for (size_t i = 0; i < w.text.length; i++) {
		w.text.text[i] ^= 1;
		assert_false(zone_text_intact(w.text.text, w.text.length));
		w.text.text[i] ^= 1;
	}
	assert_true(zone_text_intact(w.text.text, w.text.length));
	written_fini(&w);
}

static void
test_strangers_are_not_ours(void **state)
{
	static const char zone[] = "$ORIGIN example.com.\n@ IN SOA ns a 1 2 3 4 5\n";

	(void)state;
	assert_false(zone_text_ours(zone, sizeof zone - 1));
	assert_false(zone_text_ours("", 0));
	assert_false(zone_text_ours("; edgepool", 10));
	assert_true(zone_text_ours("; edgepool lb1: cut", 19));
	assert_false(zone_text_intact("; edgepool \n", 12));
}

/* A text is refused as soon as the zone must serve one set that it does not hold. */
static void
test_a_missing_set_is_refused(void **state)
{
	struct written w;

	(void)state;
	write_first(&w);
	for (size_t missing = 0; missing < w.p->zones[0].n_sets; missing++) {
		struct zone less = w.p->zones[0];
		const struct rrset *set = &less.sets[missing];
		struct record *kept = calloc(less.n_records, sizeof *kept);
		struct sbuf text;

		less.n_records = 0;
		for (size_t i = 0; i < w.p->zones[0].n_records; i++) {
			const struct record *r = &w.p->zones[0].records[i];

			if (r->type != set->type || strcmp(r->owner, set->owner) != 0)
				kept[less.n_records++] = *r;
		}
		less.records = kept;
		sbuf_init(&text, ZONE_TEXT_MAX);
		zone_text_write(&text, &less, "lb1");
		assert_true(zone_text_intact(text.text, text.length));
		assert_false(zone_text_serves(text.text, text.length, &w.p->zones[0]));
		sbuf_fini(&text);
		free(kept);
	}
	assert_true(zone_text_serves(w.text.text, w.text.length, &w.p->zones[0]));
	written_fini(&w);
}

static void
test_an_empty_zone_serves_nothing(void **state)
{
	struct zone empty = {.view = "external", .name = "contoso.com"};
	struct sbuf text;

	(void)state;
	sbuf_init(&text, ZONE_TEXT_MAX);
	zone_text_write(&text, &empty, "lb1");
	assert_true(zone_text_intact(text.text, text.length));
	assert_false(zone_text_serves(text.text, text.length, &empty));
	sbuf_fini(&text);
}

static void
test_difference(void **state)
{
	static const struct {
		const char *old, *new, *expected;
	} rows[] = {
	    {"", "", ""},
	    {"a\nb\n", "a\nb\n", ""},
	    {"", "a\n", "+a\n"},
	    {"a\nb\nc\n", "a\nc\nd\n", "-b\n+d\n"},
	    {"a\nb", "a\n", "-b\n"},
	    {"ab\n", "a\nb\n", "-ab\n+a\n+b\n"},
	};

	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		struct sbuf text;

		sbuf_init(&text, 1000);
		zone_text_diff(&text, rows[i].old, rows[i].new);
		assert_string_equal(sbuf_text(&text), rows[i].expected);
		sbuf_fini(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_cut_is_damage),
	    cmocka_unit_test(test_every_changed_octet_is_damage),
	    cmocka_unit_test(test_strangers_are_not_ours),
	    cmocka_unit_test(test_a_missing_set_is_refused),
	    cmocka_unit_test(test_an_empty_zone_serves_nothing),
	    cmocka_unit_test(test_difference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
