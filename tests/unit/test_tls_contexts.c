/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_contexts - what is said alike is shared, and what cannot be read is said.
 */
#include "unit.h"

#include <string.h>

#include "tls_contexts.h"

static void
equal_settings_share(void **state)
{
	char version[] = "1.0", same[] = "1.0";
	const struct tls_conf confs[] = {{.min_version = version, .sni = true},
	    {.min_version = same, .sni = true}, {.min_version = version},
	    {.min_version = "1.2", .sni = true}, {.sni = true}};
	struct tls_context *c[countof(confs)];
	struct tls_contexts t = {0};
	char why[256];

	(void)state;
	for (size_t i = 0; i < countof(confs); i++)
		assert_int_equal(
		    tls_contexts_get(&t, &confs[i], &c[i], why, sizeof why), 0);
	assert_ptr_equal(c[0], c[1]);
	assert_int_equal(t.n, countof(confs) - 1);
	for (size_t i = 1; i < countof(confs); i++)
		for (size_t j = i + 1; j < countof(confs); j++)
			assert_ptr_not_equal(c[i], c[j]);
	tls_contexts_fini(&t);
	assert_int_equal(t.n, 0);
}

static void
what_cannot_be_read_is_said(void **state)
{
	const struct tls_conf good = {0}, bad = {.certificate = "/nonexistent.pem"};
	struct tls_contexts t = {0};
	struct tls_context *c;
	char why[256];

	(void)state;
	assert_int_equal(tls_contexts_get(&t, &good, &c, why, sizeof why), 0);
	assert_true(tls_contexts_get(&t, &bad, &c, why, sizeof why) < 0);
	assert_non_null(strstr(why, "/nonexistent.pem"));
	assert_int_equal(t.n, 1);
	tls_contexts_fini(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(equal_settings_share),
	    cmocka_unit_test(what_cannot_be_read_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
