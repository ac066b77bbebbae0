/* SPDX-License-Identifier: BSD-2-Clause */
/* id, sbuf, arena, diag: the small value types of core. */
#include "unit.h"

#include <edge/arena.h>
#include <edge/diag.h>
#include <edge/id.h>
#include <edge/sbuf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
siphash_gives_the_published_vectors(void **state)
{
	/* Aumasson and Bernstein 2012, appendix A, and the reference vectors for n = 0,
	 * 1, 8 */
	uint8_t in[15];

	(void)state;
	for (uint8_t i = 0; i < sizeof in; i++)
		in[i] = i;
	assert_int_equal(id_hash(in, 15), UINT64_C(0xa129ca6149be45e5));
	assert_int_equal(id_hash(in, 0), UINT64_C(0x726fdb47dd0e0e31));
	assert_int_equal(id_hash(in, 1), UINT64_C(0x74f839c593dc67fd));
	assert_int_equal(id_hash(in, 8), UINT64_C(0x93f5f5799a932462));
}

static void
snmp_index_is_positive_31_bits(void **state)
{
	(void)state;
	assert_int_equal(id_snmp_index(0), 1);
	assert_int_equal(id_snmp_index(UINT64_MAX), INT32_MAX);
	assert_int_equal(id_snmp_index(UINT64_C(5) << 33), 5);
}

static void
sbuf_keeps_its_maximum(void **state)
{
	struct sbuf b;

	(void)state;
	sbuf_init(&b, 10);
	assert_string_equal(sbuf_text(&b), "");
	sbuf_addf(&b, "%s", "0123456789");
	assert_false(b.failed);
	sbuf_addf(&b, "x");
	assert_true(b.failed);
	assert_string_equal(sbuf_text(&b), "0123456789");
	sbuf_fini(&b);
	sbuf_init(&b, 100000);
	for (int i = 0; i < 1000; i++)
		sbuf_add(&b, "abcde", 5);
	assert_int_equal(b.length, 5000);
	assert_int_equal(strlen(sbuf_text(&b)), 5000);
	sbuf_fini(&b);
}

static void
arena_zeroes_aligns_and_ends(void **state)
{
	struct arena *a = arena_new(100000);
	char *big = arena_alloc(a, 50000);
	size_t given = 0;

	(void)state;
	assert_non_null(big);
	for (size_t i = 0; i < 50000; i++)
		assert_int_equal(big[i], 0);
	assert_int_equal((uintptr_t)arena_alloc(a, 1) % _Alignof(max_align_t), 0);
	assert_int_equal((uintptr_t)arena_alloc(a, 3) % _Alignof(max_align_t), 0);
	assert_null(arena_array(a, SIZE_MAX / 2, 3));
	assert_null(arena_alloc(a, SIZE_MAX));
	while (arena_alloc(a, 100) != NULL)
		given += 100;
	assert_true(given < 100000);
	arena_free(&a);
	assert_null(a);
	arena_free(&a);
}

static void
diags_are_sorted_bounded_and_safe(void **state)
{
	char *text = NULL;
	size_t size = 0;
	struct diags d;
	FILE *to;

	(void)state;
	diags_init(&d);
	diags_add(&d, DIAG_WARNING, 8, "a.conf", 9, "late");
	diags_add(&d, DIAG_ERROR, 1, "a.conf", 3, "first\nof line %d", 3);
	diags_add(&d, DIAG_NOTE, 0, "a.conf", 3, "second");
	diags_add(&d, DIAG_ERROR, 0, "b.conf", 0, "whole file");
	diags_sort(&d);
	to = open_memstream(&text, &size);
	diags_print(&d, to);
	fclose(to);
	assert_string_equal(text, "a.conf:3: error [R1]: first?of line 3\n"
				  "a.conf:3: note: second\n"
				  "a.conf:9: warning [R8]: late\n"
				  "b.conf: error: whole file\n");
	free(text);
	/* An error takes the place of what is less; the others stay in their order. */
	diags_fini(&d);
	for (int i = 0; i < 2 * DIAGS_MAX; i++)
		diags_add(&d, DIAG_NOTE, 0, "a.conf", i + 1, "note");
	diags_add(&d, DIAG_WARNING, 0, "a.conf", 7, "warning");
	assert_false(diags_full(&d, DIAG_ERROR));
	diags_add(&d, DIAG_ERROR, 1, "a.conf", 5000, "the error");
	diags_sort(&d);
	assert_int_equal(d.n, DIAGS_MAX);
	assert_string_equal(d.list[DIAGS_MAX - 1].text, "the error");
	assert_int_equal(d.list[0].line, 1);
	assert_int_equal(d.list[7].severity, DIAG_WARNING);
	assert_int_equal(d.counts[DIAG_NOTE], 2 * DIAGS_MAX);
	diags_fini(&d);
	for (int i = 0; i < 2 * DIAGS_MAX; i++)
		diags_add(&d, DIAG_ERROR, 0, "a.conf", i, "more");
	assert_int_equal(d.n, DIAGS_MAX);
	assert_int_equal(d.counts[DIAG_ERROR], 2 * DIAGS_MAX);
	assert_true(diags_full(&d, DIAG_ERROR));
	diags_fini(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(siphash_gives_the_published_vectors),
	    cmocka_unit_test(snmp_index_is_positive_31_bits),
	    cmocka_unit_test(sbuf_keeps_its_maximum),
	    cmocka_unit_test(arena_zeroes_aligns_and_ends),
	    cmocka_unit_test(diags_are_sorted_bounded_and_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
