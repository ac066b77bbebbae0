/* SPDX-License-Identifier: BSD-2-Clause */
/* EDGE-POOL-MIB.txt, mib_tbl.h and the tables of core say the same. */
#include "unit.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <edge/boards.h>
#include <edge/certificate.h>
#include <edge/condition.h>
#include <edge/state.h>

#include "mib.h"

static char *
module_read(void)
{
	FILE *f = fopen("../snmp/EDGE-POOL-MIB.txt", "r");
	char *text = calloc(1, 1 << 20);

	assert_non_null(f);
	assert_true(fread(text, 1, (1 << 20) - 1, f) > 10000);
	fclose(f);
	return text;
}

/* The first word after @key within [from, end), into @ret. */
static bool
word_after(const char *from, const char *end, const char *key, char ret[64])
{
	const char *at = strstr(from, key);

	return at != NULL && at < end &&
	       sscanf(at + strlen(key), " %63[A-Za-z0-9-]", ret) == 1;
}

/* The definition that begins "\nNAME KIND" and ends with its "::= { PARENT number }". */
static bool
definition_find(const char *module, const char *name, const char *kind,
    const char **ret_from, char parent[64], unsigned *ret_number)
{
	char key[128];
	const char *from, *end;

	snprintf(key, sizeof key, "\n%s %s", name, kind);
	from = strstr(module, key);
	end = from == NULL ? NULL : strstr(from, "::= {");
	*ret_from = from;
	return end != NULL && sscanf(end, "::= { %63s %u }", parent, ret_number) == 2;
}

static void
every_column_is_in_the_module_as_the_program_has_it(void **state)
{
	static const char *const accesses[] = {
	    "not-accessible", "accessible-for-notify", "read-only", "read-write"};
	char *module = module_read();

	(void)state;
	for (enum column c = 0; c < COLUMNS; c++) {
		const struct column_info *info = &mib_columns[c];
		const struct table_info *table = &mib_tables[info->table];
		char parent[64], syntax[64], access[64], expected[80];
		const char *from;
		unsigned number;

		assert_true(definition_find(
		    module, info->name, "OBJECT-TYPE", &from, parent, &number));
		snprintf(expected, sizeof expected, "%s%s", table->name,
		    table->indices > 0 ? "Entry" : "");
		assert_string_equal(parent, expected);
		assert_int_equal(number, info->number);
		assert_true(word_after(from, strstr(from, "::="), "SYNTAX", syntax));
		assert_string_equal(syntax, mib_syntaxes[info->syntax].text);
		assert_true(word_after(from, strstr(from, "::="), "MAX-ACCESS", access));
		assert_string_equal(access, accesses[info->access]);
	}
	free(module);
}

static bool
is_known(const char *name)
{
	for (enum column c = 0; c < COLUMNS; c++)
		if (strcmp(mib_columns[c].name, name) == 0)
			return true;
	for (enum table t = 0; t < TABLES; t++) {
		char table[80];

		snprintf(table, sizeof table, "%sTable", mib_tables[t].name);
		if (mib_tables[t].indices > 0 && strcmp(table, name) == 0)
			return true;
		snprintf(table, sizeof table, "%sEntry", mib_tables[t].name);
		if (mib_tables[t].indices > 0 && strcmp(table, name) == 0)
			return true;
	}
	for (enum notification n = 0; n < NOTIFICATIONS; n++)
		if (strcmp(mib_notifications[n].name, name) == 0)
			return true;
	return false;
}

static void
the_module_defines_nothing_the_program_lacks(void **state)
{
	char *module = module_read();
	size_t seen = 0;

	(void)state;
	for (char *line = strtok(module, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		char name[64], kind[64];

		if (isspace((unsigned char)line[0]) ||
		    sscanf(line, "%63s %63s", name, kind) != 2 ||
		    (strcmp(kind, "OBJECT-TYPE") != 0 &&
			strcmp(kind, "NOTIFICATION-TYPE") != 0))
			continue;
		if (!is_known(name))
			fail_msg("%s is only in the module", name);
		seen++;
	}
	assert_int_equal(seen, COLUMNS + 2 * 5 + NOTIFICATIONS);
	free(module);
}

static void
tables_have_their_numbers_and_indices(void **state)
{
	char *module = module_read();

	(void)state;
	for (enum table t = 0; t < TABLES; t++) {
		char name[80], parent[64];
		const char *from, *index, *close;
		unsigned number, indices = 1;

		snprintf(name, sizeof name, "%s%s", mib_tables[t].name,
		    mib_tables[t].indices > 0 ? "Table" : "");
		assert_true(definition_find(module, name,
		    mib_tables[t].indices > 0 ? "OBJECT-TYPE" : "OBJECT IDENTIFIER",
		    &from, parent, &number));
		assert_string_equal(parent, "edgePoolObjects");
		assert_int_equal(number, mib_tables[t].number);
		if (mib_tables[t].indices == 0)
			continue;
		index = strstr(from, "INDEX {");
		assert_non_null(index);
		close = strchr(index, '}');
		for (const char *at = index; at < close; at++)
			indices += *at == ',';
		assert_int_equal(indices, mib_tables[t].indices);
	}
	free(module);
}

static void
notifications_carry_the_same_objects_in_the_same_order(void **state)
{
	char *module = module_read();

	(void)state;
	for (enum notification n = 0; n < NOTIFICATIONS; n++) {
		const struct notification_info *info = &mib_notifications[n];
		char parent[64], object[64];
		const char *at, *close;
		unsigned number;

		assert_true(definition_find(
		    module, info->name, "NOTIFICATION-TYPE", &at, parent, &number));
		assert_string_equal(parent, "edgePoolNotifications");
		assert_int_equal(number, info->number);
		at = strstr(at, "OBJECTS {");
		close = strchr(at, '}');
		at += strlen("OBJECTS {");
		for (size_t i = 0; i < info->n_objects; i++) {
			assert_int_equal(sscanf(at, " %63[A-Za-z0-9]", object), 1);
			assert_string_equal(object, mib_columns[info->objects[i]].name);
			at = strchr(at, ',') == NULL || strchr(at, ',') > close
				 ? close
				 : strchr(at, ',') + 1;
		}
		assert_ptr_equal(at, close);
	}
	free(module);
}

/* --- enumerations: label = the word in camel case, number = code + 1
 * --------------------- */

static void
camel(const char *word, char ret[64])
{
	size_t n = 0;
	bool upper = false;

	for (; *word != '\0' && n < 63; word++) {
		if (*word == '-' || *word == '_') {
			upper = true;
			continue;
		}
		ret[n++] = (char)(upper ? toupper((unsigned char)*word)
					: tolower((unsigned char)*word));
		upper = false;
	}
	ret[n] = '\0';
}

static void
enumeration_check(const char *name, const char *const *words, unsigned n, unsigned first)
{
	char *module = module_read();
	char key[128], label[64];
	const char *at, *close;

	snprintf(key, sizeof key, "\n%s ::= TEXTUAL-CONVENTION", name);
	at = strstr(module, key);
	assert_non_null(at);
	at = strchr(strstr(at, "\n    SYNTAX "), '{') + 1;
	close = strchr(at, '}');
	for (unsigned i = 0; i < n; i++) {
		char expected[64];
		unsigned number;

		camel(words[i], expected);
		assert_int_equal(sscanf(at, " %63[A-Za-z0-9](%u)", label, &number), 2);
		assert_string_equal(label, expected);
		assert_int_equal(number, i + first);
		at = strchr(at, ')') + 1;
		at += *at == ',';
	}
	assert_int_equal(sscanf(at, " %63[A-Za-z0-9](", label), 0);
	assert_true(at < close);
	free(module);
}

#define WORD_(id, word) word,
#define CHECK(name, LIST)                                                                \
	do {                                                                             \
		static const char *const words[] = {LIST(WORD_)};                        \
		enumeration_check(name, words, countof(words), 1);                       \
	} while (0)

static void
enumerations_are_the_codes_of_core_plus_one(void **state)
{
	static const char *const reasons[] = {
#define REASON(id, code, word, detail, text) [code] = word,
#include <edge/tbl/reasons.h>
	};
	static const char *const services[] = {
#define SERVICE(id, ...) #id,
#include <edge/tbl/services.h>
	};
	static const char *const conditions[] = {
#define CONDITION(id, bit, word, severity, text) [bit] = word,
#include <edge/tbl/conditions.h>
	};
	static const char *const boards[] = {"health", "lb", "dns"};
	static const char *const statuses[] = {"open", "no-vip", "paused", "kernel"};

	(void)state;
	CHECK("EdgePoolHealth", HEALTH_WORDS);
	CHECK("EdgePoolAdmin", ADMIN_WORDS);
	CHECK("EdgePoolUse", USE_WORDS);
	CHECK("EdgePoolSide", SIDE_WORDS);
	CHECK("EdgePoolProtocol", PROTO_WORDS);
	CHECK("EdgePoolProbe", PROBE_WORDS);
	CHECK("EdgePoolProduct", PRODUCT_WORDS);
	CHECK("EdgePoolBalancing", BALANCING_WORDS);
	enumeration_check("EdgePoolReason", reasons, countof(reasons), 1);
	enumeration_check("EdgePoolService", services, countof(services), 1);
	enumeration_check("EdgePoolBoard", boards, countof(boards), 1);
	/* BITS count from 0: bit n is 1 << n of enum lb_listener_status */
	enumeration_check("EdgePoolListenerStatus", statuses, countof(statuses), 0);
	enumeration_check("EdgePoolConditions", conditions, countof(conditions), 0);
	enumeration_check("EdgePoolCondition", conditions, countof(conditions), 1);
	CHECK("EdgePoolSeverity", SEVERITY_WORDS);
	CHECK("EdgePoolChain", CHAIN_WORDS);
	assert_int_equal(LB_LISTENER_OPEN, 1 << 0);
	assert_int_equal(LB_LISTENER_NO_VIP, 1 << 1);
	assert_int_equal(LB_LISTENER_PAUSED, 1 << 2);
	assert_int_equal(LB_LISTENER_KERNEL, 1 << 3);
}

static void
the_table_stands_in_the_order_that_getnext_walks(void **state)
{
	(void)state;
	for (enum column c = 1; c < COLUMNS; c++) {
		const struct column_info *a = &mib_columns[c - 1], *b = &mib_columns[c];

		assert_true(mib_tables[a->table].number < mib_tables[b->table].number ||
			    (a->table == b->table && a->number < b->number));
	}
}

static void
an_oid_is_read_or_refused(void **state)
{
	static const char *const bad[] = {"", "1", "1.", ".1.3", "1..3", "1.3.x", "1.3 ",
	    "1.4294967296", "1.99999999999999999999", "-1.3"};
	char longest[4 * MIB_BASE_MAX + 8] = "1";
	uint32_t numbers[MIB_BASE_MAX];

	(void)state;
	assert_int_equal(mib_parse_oid("1.3.6.1.4.1.8072.9999.9999.5061", numbers), 10);
	assert_int_equal(numbers[9], 5061);
	assert_int_equal(mib_parse_oid("1.4294967295", numbers), 2);
	assert_int_equal(numbers[1], UINT32_MAX);
	for (size_t i = 0; i < countof(bad); i++)
		assert_int_equal(mib_parse_oid(bad[i], numbers), 0);
	for (int i = 1; i < MIB_BASE_MAX; i++)
		strcat(longest, ".7");
	assert_int_equal(mib_parse_oid(longest, numbers), MIB_BASE_MAX);
	assert_int_equal(mib_parse_oid(strcat(longest, ".7"), numbers), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_column_is_in_the_module_as_the_program_has_it),
	    cmocka_unit_test(the_module_defines_nothing_the_program_lacks),
	    cmocka_unit_test(tables_have_their_numbers_and_indices),
	    cmocka_unit_test(notifications_carry_the_same_objects_in_the_same_order),
	    cmocka_unit_test(enumerations_are_the_codes_of_core_plus_one),
	    cmocka_unit_test(the_table_stands_in_the_order_that_getnext_walks),
	    cmocka_unit_test(an_oid_is_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
