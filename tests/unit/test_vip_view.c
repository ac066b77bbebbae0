/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vip_view - outcomes through the VIP, what is seen directly meanwhile, and what of it is
 * reported.
 *
 *   o good, b bad, l a fault of ours   directly then:  u up, d down, ? being found out
 *   L lost
 */
#include "unit.h"

#include <string.h>

#include "vip_view.h"

#define RISE 2
#define FALL 3

static const struct row {
	const char *sentence;
	const char *outcomes; /* pairs: outcome, directly */
	enum vip seen;
	bool disagrees;
} rows[] = {
    {"nothing is known", "", VIP_NOT_MEASURED, false},
    {"the first good one is enough", "ou", VIP_OK, false},
    {"two bad ones are not", "bubu", VIP_NOT_MEASURED, false},
    {"a third is", "bububu", VIP_FAILING, true},
    {"nor do two change what was good", "oububu", VIP_OK, false},
    {"a good one between begins anew", "oububuoububu", VIP_OK, false},
    {"one good one does not end it", "bububuou", VIP_FAILING, true},
    {"two do", "bububuouou", VIP_OK, false},
    {"both down agree", "bdbdbd", VIP_FAILING, false},
    {"good while none is up is a disagreement", "odod", VIP_OK, false},
    {"after three", "ododod", VIP_OK, true},
    {"the members' recovery ends it", "odododouou", VIP_OK, false},
    {"the members' end does, too", "bububububdbd", VIP_FAILING, false},
    {"what is being found out says nothing", "b?b?b?b?b?", VIP_FAILING, false},
    {"and interrupts nothing", "bub?bub?bu", VIP_FAILING, true},
    {"and ends nothing", "bububuo?o?o?", VIP_OK, true},
    {"lost is unknown", "bububuL ", VIP_NOT_MEASURED, false},
    {"and begins anew", "bububuL bubu", VIP_NOT_MEASURED, false},
    {"two faults of ours change nothing", "bububul l ", VIP_FAILING, true},
    {"nor do many that are not in a row", "oul l oul l ", VIP_OK, false},
    {"a third: nothing is known", "bububul l l ", VIP_NOT_MEASURED, false},
    {"whatever was good, too", "oul l l ", VIP_NOT_MEASURED, false},
};

static void
feed(struct vip_view *v, const char *pair)
{
	enum vip_direct direct = DIRECT_UNSETTLED;

	if (pair[0] == 'L') {
		vip_view_lose(v);
		return;
	}
	if (pair[0] == 'l') {
		vip_view_fault(v, FALL);
		return;
	}
	if (pair[1] != '?')
		direct = pair[1] == 'u' ? DIRECT_UP : DIRECT_DOWN;
	vip_view_feed(v, pair[0] == 'o', pair[0] == 'o' ? REASON_OK : REASON_TLS_TIMEOUT,
	    7, direct, RISE, FALL);
}

static void
every_row_holds(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		struct vip_view v;

		vip_view_init(&v);
		for (const char *at = rows[i].outcomes; *at != '\0'; at += 2)
			feed(&v, at);
		if (v.seen != rows[i].seen || v.disagrees != rows[i].disagrees)
			fail_msg("%s: %s, %s", rows[i].sentence, vip_word(v.seen),
			    v.disagrees ? "disagrees" : "agrees");
	}
}

static void
the_last_reason_stands(void **state)
{
	struct vip_view v;

	(void)state;
	vip_view_init(&v);
	feed(&v, "ou");
	feed(&v, "bu");
	assert_int_equal(v.reason, REASON_TLS_TIMEOUT);
	assert_int_equal(v.detail, 7);
	assert_int_equal(v.run, 1);
	v.run = INT32_MAX;
	feed(&v, "bu");
	assert_int_equal(v.run, INT32_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_row_holds),
	    cmocka_unit_test(the_last_reason_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
