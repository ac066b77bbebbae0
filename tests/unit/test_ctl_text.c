/* SPDX-License-Identifier: BSD-2-Clause */
/* What edgectl prints is made of: units, columns, JSON. */
#include "unit.h"

#include <edge/clock.h>
#include <string.h>

#include <grid.h>
#include <json.h>
#include <units.h>

static void
ages_have_two_units_at_most(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} rows[] = {{-5, "0s"}, {0, "0s"}, {59, "59s"}, {60, "1m"}, {3599, "59m"},
	    {3600, "1h 00m"}, {7450, "2h 04m"}, {86399, "23h 59m"}, {86400, "1d 0h"},
	    {100 * 86400 - 1, "99d 23h"}, {100 * 86400, "100d"},
	    {INT64_MAX, "106751991167300d"}};
	char buf[UNITS_MAX];

	(void)state;
	for (size_t i = 0; i < countof(rows); i++)
		assert_string_equal(units_age(rows[i].seconds, buf), rows[i].text);
}

static void
latencies_and_octets_keep_three_digits(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} times[] = {{-1, "0us"}, {850999, "850us"}, {NS_PER_MS, "1.0ms"},
	    {4299999, "4.2ms"}, {420 * NS_PER_MS, "420ms"}, {1290 * NS_PER_MS, "1.2s"},
	    {INT64_MAX, "9223372036.8s"}};
	static const struct {
		uint64_t octets;
		const char *text;
	} sizes[] = {{0, "0"}, {1023, "1023"}, {1024, "1.0K"}, {1536, "1.4K"},
	    {10 * 1024, "10K"}, {1024 * 1024 - 1, "1023K"}, {1024 * 1024, "1.0M"},
	    {UINT64_MAX, "15E"}};
	char buf[UNITS_MAX];

	(void)state;
	for (size_t i = 0; i < countof(times); i++)
		assert_string_equal(units_latency(times[i].ns, buf), times[i].text);
	for (size_t i = 0; i < countof(sizes); i++)
		assert_string_equal(units_octets(sizes[i].octets, buf), sizes[i].text);
}

static struct grid *
small_grid(void)
{
	struct grid *g = grid_new("lrl", 1, 20);

	assert_non_null(g);
	grid_row(g);
	grid_cell(g, PAINT_NONE, "a");
	grid_cell(g, PAINT_BAD, "1");
	grid_cell(g, PAINT_NONE, "short");
	grid_line(g, 0, PAINT_NONE, "a line that is wider than the columns are");
	grid_row(g);
	grid_cell(g, PAINT_NONE, "bcd");
	grid_cell(g, PAINT_NONE, "1000");
	grid_cell(g, PAINT_NONE, "%s", "much too long for it");
	grid_row(g);
	grid_cell(g, PAINT_NONE, "e");
	grid_line(g, 0, PAINT_NONE, "a-word-of-more-than-twenty");
	return g;
}

static void
columns_are_aligned_and_long_ends_go_on_below(void **state)
{
	struct grid *g = small_grid();
	struct sbuf out;

	(void)state;
	sbuf_init(&out, 4096);
	grid_print(g, false, &out);
	assert_string_equal(sbuf_text(&out), " a       1  short\n"
					     "a line that is wider\n"
					     "  than the columns\n"
					     "  are\n"
					     " bcd  1000\n"
					     "   much too long for\n"
					     "   it\n"
					     " e\n"
					     "a-word-of-more-than~\n");
	sbuf_fini(&out);
	grid_free(&g);
	assert_null(g);
}

static void
colours_shift_nothing(void **state)
{
	struct grid *g = small_grid();
	struct sbuf out;

	(void)state;
	sbuf_init(&out, 4096);
	grid_print(g, true, &out);
	assert_non_null(strstr(sbuf_text(&out), " a       \033[1;31m1\033[0m  short\n"));
	sbuf_fini(&out);
	grid_free(&g);
}

static void
json_is_nested_and_separated(void **state)
{
	struct sbuf out;
	struct json j;

	(void)state;
	sbuf_init(&out, 4096);
	json_init(&j, &out);
	json_object(&j, NULL);
	json_uint(&j, "most", UINT64_MAX);
	json_int(&j, "least", INT64_MIN);
	json_array(&j, "empty");
	json_end(&j);
	json_array(&j, "list");
	json_bool(&j, NULL, true);
	json_null(&j, NULL);
	json_object(&j, NULL);
	json_id(&j, "id", 0xabc);
	json_end(&j);
	json_end(&j);
	json_seconds(&j, "age", 1234567890);
	json_string(&j, "nothing", NULL);
	json_end(&j);
	assert_string_equal(sbuf_text(&out), "{\n"
					     "  \"most\": 18446744073709551615,\n"
					     "  \"least\": -9223372036854775808,\n"
					     "  \"empty\": [],\n"
					     "  \"list\": [\n"
					     "    true,\n"
					     "    null,\n"
					     "    {\n"
					     "      \"id\": \"0000000000000abc\"\n"
					     "    }\n"
					     "  ],\n"
					     "  \"age\": 1.234,\n"
					     "  \"nothing\": null\n"
					     "}\n");
	sbuf_fini(&out);
}

static void
json_strings_are_escaped(void **state)
{
	static const struct {
		const char *text, *json;
	} rows[] = {{"", "\"\""}, {"a\"b\\c", "\"a\\\"b\\\\c\""},
	    {"tab\there\n", "\"tab\\u0009here\\u000a\""},
	    {"\x7f\x01", "\"\\u007f\\u0001\""},
	    {"M\xc3\xbcnchen \xe2\x82\xac \xf0\x9f\x98\x80",
		"\"M\xc3\xbcnchen \xe2\x82\xac \xf0\x9f\x98\x80\""},
	    {"\xff", "\"\\ufffd\""},                       /* never a first octet */
	    {"\xc3", "\"\\ufffd\""},                       /* cut off */
	    {"\xc0\xaf", "\"\\ufffd\\ufffd\""},            /* overlong '/' */
	    {"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""}, /* a surrogate */
	    {"\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""}};

	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		struct sbuf out;
		struct json j;

		sbuf_init(&out, 256);
		json_init(&j, &out);
		json_string(&j, NULL, rows[i].text);
		assert_string_equal(sbuf_text(&out), rows[i].json);
		sbuf_fini(&out);
	}
}

static void
json_without_room_fails_loudly(void **state)
{
	struct sbuf out;
	struct json j;

	(void)state;
	sbuf_init(&out, 16);
	json_init(&j, &out);
	json_object(&j, NULL);
	json_string(&j, "key", "a text that does not fit");
	json_end(&j);
	assert_true(out.failed);
	sbuf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ages_have_two_units_at_most),
	    cmocka_unit_test(latencies_and_octets_keep_three_digits),
	    cmocka_unit_test(columns_are_aligned_and_long_ends_go_on_below),
	    cmocka_unit_test(colours_shift_nothing),
	    cmocka_unit_test(json_is_nested_and_separated),
	    cmocka_unit_test(json_strings_are_escaped),
	    cmocka_unit_test(json_without_room_fails_loudly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
