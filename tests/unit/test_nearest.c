/* SPDX-License-Identifier: BSD-2-Clause */
/* nearest: a typing error finds its word, and nonsense finds none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <edge/base.h>
#include <edge/nearest.h>

static const char *const words[] = {
    "status", "check", "drain", NULL, "enable", "disable", "idle_timeout", ""};

struct row {
	const char *written, *meant;
};

static const struct row rows[] = {
    {"status", "status"},              /* itself */
    {"stauts", "status"},              /* swapped neighbours count once */
    {"STATSU", "status"},              /* case does not matter */
    {"drian", "drain"},
    {"dain", "drain"},                 /* left out */
    {"disabel", "disable"},            /* closer than enable */
    {"idle_time_out", "idle_timeout"}, /* added */
    {"frobnicate", NULL},              /* nothing like it */
    {"xy", NULL},                      /* too short to guess */
    {"", NULL},                        /* no word */
    /* longer than what is compared */
    {"statusstatusstatusstatusstatusstatusstatusstatusstatusstatusstatusx", NULL},
};

static void
every_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		const char *found = nearest(rows[i].written, words, countof(words));

		if (rows[i].meant == NULL)
			assert_null(found);
		else {
			assert_non_null(found);
			assert_string_equal(found, rows[i].meant);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_row)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
