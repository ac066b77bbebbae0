/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The key table agrees with itself: sizes of fields, fallbacks within their own bounds,
 * no name twice in a group, every key in the manual.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libconfig.h>

#include <edge/conf.h>
#include <edge/model.h>

#include "conf_field.h"
#include "conf_phrase.h"

static size_t
size_of(enum conf_type type)
{
	switch (type) {
	case CONF_BOOL:
	case CONF_WORD_FLAG:
		return sizeof(bool);
	case CONF_INT:
	case CONF_WORD:
		return sizeof(int);
	case CONF_COUNT:
	case CONF_WORD_SET:
		return sizeof(uint32_t);
	case CONF_U16:
	case CONF_PORT:
		return sizeof(uint16_t);
	case CONF_SECONDS:
		return sizeof(int64_t);
	case CONF_SHARE:
		return sizeof(double);
	case CONF_TEXT:
	case CONF_LABEL:
	case CONF_PATH:
	case CONF_FQDN:
	case CONF_OID:
	case CONF_WORD_TEXT:
	case CONF_ADDR_LIST:
	case CONF_PREFIXES:
	case CONF_FQDNS:
	case CONF_TEXTS:
	case CONF_ARGV:
		return sizeof(void *);
	case CONF_ADDR:
		return sizeof(struct addr);
	case CONF_ADDRS:
		return sizeof(struct addrs);
	case CONF_MEMBER_ADDRESS:
		return sizeof(struct member_address);
	case CONF_GROUP:
	case CONF_GROUP_LIST:
		return 0;
	}
	return SIZE_MAX;
}

static void
fields_have_the_size_of_their_type(void **state)
{
	(void)state;
	for (size_t i = 0; i < conf_keys_count; i++) {
		const struct conf_key *k = &conf_keys[i];

		if (k->size != size_of(k->type))
			fail_msg("%s: %zu octets for a type of %zu", k->name, k->size,
			    size_of(k->type));
		for (int g = 0; g < CONF_GROUPS; g++)
			if (k->groups & 1u << g)
				assert_true(k->offset + k->size <= conf_groups[g].size);
	}
}

static void
names_are_unique_in_a_group(void **state)
{
	(void)state;
	for (size_t i = 0; i < conf_keys_count; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(conf_keys[i].name, conf_keys[k].name) == 0 &&
			    (conf_keys[i].groups & conf_keys[k].groups) != 0)
				fail_msg("%s is twice in a group", conf_keys[i].name);
}

static bool
is_number(enum conf_type t)
{
	return t == CONF_INT || t == CONF_COUNT || t == CONF_U16 || t == CONF_PORT ||
	       t == CONF_SECONDS || t == CONF_SHARE;
}

static void
words_and_bounds_are_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < conf_keys_count; i++) {
		const struct conf_key *k = &conf_keys[i];
		bool words = k->type == CONF_WORD || k->type == CONF_WORD_FLAG ||
			     k->type == CONF_WORD_TEXT || k->type == CONF_WORD_SET;

		if (words != (k->words->n > 0))
			fail_msg("%s: words", k->name);
		if (k->type == CONF_WORD_FLAG)
			assert_int_equal(k->words->n, 2);
		if (is_number(k->type) && k->low >= k->high)
			fail_msg("%s: bounds", k->name);
		if (k->text[0] == '\0' || k->text[strlen(k->text) - 1] == '.')
			fail_msg("%s: the text is a phrase without a final dot", k->name);
		for (int g = 0; g < CONF_GROUPS; g++)
			if (k->groups & 1u << g)
				assert_ptr_equal(
				    conf_table_find((enum conf_group)g, k->name), k);
	}
}

/* A fallback, written into a file, is accepted and means the same; so is every example.
 */
static void
fallbacks_can_be_written(void **state)
{
	struct arena *arena = arena_new(1 << 20);
	size_t tried = 0;

	(void)state;
	for (size_t i = 0; i < conf_keys_count; i++) {
		const struct conf_key *k = &conf_keys[i];
		struct conf_value fallback, read;
		struct conf_why why;
		config_t config;
		char text[256];

		if (!conf_field_fallback(k, arena, &fallback))
			continue;
		conf_phrase_example(k, text, sizeof text);
		config_init(&config);
		if (config_read_string(&config, text) != CONFIG_TRUE)
			fail_msg("%s is not read", text);
		if (!conf_value_read(
			k, config_lookup(&config, k->name), arena, &read, &why))
			fail_msg("%s: %s", text, why.text);
		if (k->type == CONF_TEXT || k->type == CONF_LABEL ||
		    k->type == CONF_OID || k->type == CONF_PATH ||
		    k->type == CONF_WORD_TEXT)
			assert_string_equal(read.as.text, fallback.as.text);
		else
			assert_memory_equal(&read.as, &fallback.as, k->size);
		config_destroy(&config);
		tried++;
	}
	assert_true(tried > 50);
	arena_free(&arena);
}

static void
suggestions(void **state)
{
	static const struct {
		enum conf_group group;
		const char *name, *nearest;
	} rows[] = {
	    {CONF_TOP, "pool", "pools"},
	    {CONF_TOP, "instence", "instance"},
	    {CONF_POOL, "sip_domain", "sip_domains"},
	    {CONF_POOL, "federationroute", "federation_route"},
	    {CONF_EXTERNAL, "balancng", "balancing"},
	    {CONF_ACCESS, "prot", "port"},
	    {CONF_AV, "udpport", "udp_port"},
	    {CONF_MEMBER, "acess", "access"},
	    {CONF_HEALTH, "intervall", "interval"},
	    {CONF_TOP, "zebra", NULL},
	    {CONF_EXTERNAL, "xyz", NULL},
	};

	(void)state;
	for (size_t i = 0; i < countof(rows); i++) {
		const struct conf_key *k =
		    conf_table_nearest(rows[i].group, rows[i].name);

		if (rows[i].nearest == NULL && k != NULL)
			fail_msg("%s is taken for %s", rows[i].name, k->name);
		if (rows[i].nearest != NULL)
			assert_true(k != NULL && strcmp(k->name, rows[i].nearest) == 0);
	}
}

static void
the_manual_has_every_key(void **state)
{
	char *text = NULL;
	size_t n = 0;
	FILE *to = open_memstream(&text, &n);

	(void)state;
	conf_manual(to);
	assert_int_equal(fclose(to), 0);
	for (size_t i = 0; i < conf_keys_count; i++) {
		assert_non_null(strstr(text, conf_keys[i].name));
		assert_non_null(strstr(text, conf_keys[i].text));
	}
	assert_non_null(strstr(text, "R19"));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fields_have_the_size_of_their_type),
	    cmocka_unit_test(names_are_unique_in_a_group),
	    cmocka_unit_test(words_and_bounds_are_there),
	    cmocka_unit_test(fallbacks_can_be_written),
	    cmocka_unit_test(suggestions),
	    cmocka_unit_test(the_manual_has_every_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
