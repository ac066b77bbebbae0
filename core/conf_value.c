/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_value - values from settings, by the row of the key table.
 *
 * Every refusal is one sentence: what is written, what the key takes, how to write it.
 */
#include "conf_value.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <edge/clock.h>

#include "conf_phrase.h"
#include "conf_shape.h"

/* What stands in the file, for a message. */
static const char *
shown(const config_setting_t *s, char *buf, size_t size)
{
	switch (config_setting_type(s)) {
	case CONFIG_TYPE_GROUP:
		return "a group";
	case CONFIG_TYPE_LIST:
		return "a list";
	case CONFIG_TYPE_ARRAY:
		return "an array";
	case CONFIG_TYPE_BOOL:
		return config_setting_get_bool(s) ? "true" : "false";
	case CONFIG_TYPE_INT:
		snprintf(buf, size, "%d", config_setting_get_int(s));
		return buf;
	case CONFIG_TYPE_INT64:
		snprintf(buf, size, "%lld", config_setting_get_int64(s));
		return buf;
	case CONFIG_TYPE_FLOAT:
		snprintf(buf, size, "%g", config_setting_get_float(s));
		return buf;
	default: /* libconfig's numbers, no enum of ours */
		snprintf(buf, size, "\"%.80s\"", config_setting_get_string(s));
		return buf;
	}
}

static bool
refuse(const struct conf_key *k, const config_setting_t *s, struct conf_why *why)
{
	char is[128], takes[256], example[160];

	snprintf(why->text, sizeof why->text, "is %s: it takes %s; write %s",
	    shown(s, is, sizeof is), conf_phrase_takes(k, takes, sizeof takes),
	    conf_phrase_example(k, example, sizeof example));
	return false;
}

static bool
is_whole(const config_setting_t *s)
{
	return config_setting_type(s) == CONFIG_TYPE_INT ||
	       config_setting_type(s) == CONFIG_TYPE_INT64;
}

static double
as_double(const config_setting_t *s)
{
	return config_setting_type(s) == CONFIG_TYPE_FLOAT
		   ? config_setting_get_float(s)
		   : (double)config_setting_get_int64(s);
}

/* A number within the bounds; the comparison is false for a NaN, too. */
static bool
read_number(const struct conf_key *k, const config_setting_t *s, bool whole, double *ret,
    struct conf_why *why)
{
	bool number =
	    is_whole(s) || (!whole && config_setting_type(s) == CONFIG_TYPE_FLOAT);

	if (!number)
		return refuse(k, s, why);
	*ret = as_double(s);
	return (*ret >= k->low && *ret <= k->high) || refuse(k, s, why);
}

/* The texts of an array, or of a list of strings.  Their number goes to *ret_n. */
static const char **
read_texts(const struct conf_key *k, const config_setting_t *s, struct arena *a,
    size_t *ret_n, struct conf_why *why)
{
	int n = config_setting_is_array(s) || config_setting_is_list(s)
		    ? config_setting_length(s)
		    : -1;
	const char **texts;

	if (n < 0 || (k->high > 0 && (n < (int)k->low || n > (int)k->high))) {
		char is[128], takes[256];
		bool text = config_setting_type(s) == CONFIG_TYPE_STRING;

		refuse(k, s, why);
		if (text)
			snprintf(why->text, sizeof why->text,
			    "is %s: it takes %s; write %s = [ %s ]",
			    shown(s, is, sizeof is),
			    conf_phrase_takes(k, takes, sizeof takes), k->name,
			    shown(s, is, sizeof is));
		else if (n >= 0)
			snprintf(why->text, sizeof why->text,
			    "has %d elements: it takes %s", n,
			    conf_phrase_takes(k, takes, sizeof takes));
		return NULL;
	}
	texts = arena_array(a, (size_t)n + 1, sizeof *texts); /* NULL-terminated */
	for (int i = 0; texts != NULL && i < n; i++) {
		const config_setting_t *e = config_setting_get_elem(s, (unsigned)i);

		if (config_setting_type(e) != CONFIG_TYPE_STRING) {
			refuse(k, e, why);
			return NULL;
		}
		texts[i] = arena_strdup(a, config_setting_get_string(e));
	}
	*ret_n = (size_t)n;
	return texts;
}

static bool
read_addrs(const struct conf_key *k, const config_setting_t *s, struct arena *a,
    struct addrs *ret, struct conf_why *why)
{
	size_t n;
	const char **texts = read_texts(k, s, a, &n, why);

	*ret = (struct addrs){0};
	for (size_t i = 0; texts != NULL && i < n; i++) {
		struct addr addr;

		if (texts[i] == NULL || !conf_shape_addr(texts[i], &addr, why))
			return false;
		if (addr_present(&ret->at[addr_family(&addr)])) {
			snprintf(why->text, sizeof why->text,
			    "has two %s addresses: it takes at most one IPv4 and one "
			    "IPv6 "
			    "address; remove one",
			    family_word(addr_family(&addr)));
			return false;
		}
		ret->at[addr_family(&addr)] = addr;
	}
	if (texts != NULL && n == 0)
		snprintf(why->text, sizeof why->text,
		    "is empty: it takes at least one address; write %s = [ \"ADDRESS\" ]",
		    k->name);
	return texts != NULL && n > 0;
}

/* Either [ "ADDRESS" ] or { address = [ ... ]; public = [ ... ]; }.  What is wrong inside
 * the group is reported there, so here it only counts as absent. */
static bool
read_member_address(const struct conf_key *k, const config_setting_t *s, struct arena *a,
    struct member_address *ret, struct conf_why *why)
{
	const config_setting_t *address, *public;
	struct conf_why inner = {0};

	*ret = (struct member_address){0};
	if (!config_setting_is_group(s)) {
		if (!read_addrs(k, s, a, &ret->address, why))
			return false;
		ret->public = ret->address;
		return true;
	}
	address = config_setting_get_member(s, "address");
	public = config_setting_get_member(s, "public");
	if (address != NULL)
		read_addrs(conf_table_find(CONF_ADDRESS, "address"), address, a,
		    &ret->address, &inner);
	if (public != NULL)
		read_addrs(conf_table_find(CONF_ADDRESS, "public"), public, a,
		    &ret->public, &inner);
	/* Paired by family: a family without NAT is public as it is. */
	for (int f = 0; f < FAMILIES; f++)
		if (!addr_present(&ret->public.at[f]))
			ret->public.at[f] = ret->address.at[f];
	return true;
}

static bool
read_words(const struct conf_key *k, const config_setting_t *s, struct arena *a,
    uint32_t *ret, struct conf_why *why)
{
	size_t n;
	const char **texts = read_texts(k, s, a, &n, why);

	*ret = 0;
	for (size_t i = 0; texts != NULL && i < n; i++) {
		int code = texts[i] != NULL ? conf_table_word(k->words, texts[i]) : -1;

		if (code < 0)
			return refuse(k, config_setting_get_elem(s, (unsigned)i), why);
		*ret |= 1u << code;
	}
	return texts != NULL;
}

/* Lists whose elements are parsed one by one into an array of the arena. */
static bool
read_list(const struct conf_key *k, const config_setting_t *s, struct arena *a,
    struct conf_value *ret, struct conf_why *why)
{
	size_t n;
	const char **texts = read_texts(k, s, a, &n, why);
	struct addr *addrs;
	struct prefix *prefixes;

	if (texts == NULL)
		return false;
	addrs = arena_array(a, n + 1, sizeof *addrs);
	prefixes = arena_array(a, n + 1, sizeof *prefixes);
	if (addrs == NULL || prefixes == NULL)
		return false;
	ret->n = n;
	ret->as.list = k->type == CONF_ADDR_LIST  ? (const void *)addrs
		       : k->type == CONF_PREFIXES ? (const void *)prefixes
						  : (const void *)texts;
	for (size_t i = 0; i < n; i++) {
		bool ok = texts[i] != NULL;

		if (ok && k->type == CONF_ADDR_LIST)
			ok = conf_shape_addr(texts[i], &addrs[i], why);
		else if (ok && k->type == CONF_PREFIXES)
			ok = conf_shape_prefix(texts[i], &prefixes[i], why);
		else if (ok && k->type == CONF_FQDNS)
			ok = conf_shape_fqdn(texts[i], a, &texts[i], why);
		else if (ok && texts[i][0] == '\0')
			ok = refuse(k, config_setting_get_elem(s, (unsigned)i), why);
		if (!ok)
			return false;
	}
	return true;
}

static bool
text_fits(const struct conf_key *k, const char *text)
{
	size_t n = strlen(text);

	if (k->high > 0 && (n < (size_t)k->low || n > (size_t)k->high))
		return false;
	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false; /* it will stand in logs and zone files */
	if (k->type == CONF_LABEL)
		return conf_shape_label(text);
	if (k->type == CONF_PATH)
		return text[0] == '/' && n < 4096;
	if (k->type == CONF_OID)
		return conf_shape_oid(text);
	if (k->type == CONF_WORD_TEXT)
		return conf_table_word(k->words, text) >= 0;
	return true;
}

/* Everything that is written as one string. */
static bool
read_text(const struct conf_key *k, const config_setting_t *s, struct arena *a,
    struct conf_value *ret, struct conf_why *why)
{
	const char *text;
	int code;

	if (config_setting_type(s) != CONFIG_TYPE_STRING)
		return refuse(k, s, why);
	text = config_setting_get_string(s);
	if (k->type == CONF_FQDN)
		return conf_shape_fqdn(text, a, &ret->as.text, why);
	if (k->type == CONF_ADDR)
		return conf_shape_addr(text, &ret->as.addr, why);
	if (k->type == CONF_WORD || k->type == CONF_WORD_FLAG) {
		code = conf_table_word(k->words, text);
		if (code < 0)
			return refuse(k, s, why);
		if (k->type == CONF_WORD)
			ret->as.number = code;
		else
			ret->as.flag = code != 0;
		return true;
	}
	if (!text_fits(k, text))
		return refuse(k, s, why);
	ret->as.text = arena_strdup(a, text);
	return true;
}

/* Nanoseconds: exact for what people write, to the microsecond for all. */
static int64_t
seconds_to_ns(double seconds)
{
	return (int64_t)(seconds * 1e6 + 0.5) * NS_PER_US;
}

bool
conf_value_read(const struct conf_key *k, const config_setting_t *s, struct arena *a,
    struct conf_value *ret, struct conf_why *why)
{
	double number = 0;
	bool whole = k->type != CONF_SECONDS && k->type != CONF_SHARE;

	*ret = (struct conf_value){0};
	*why = (struct conf_why){0};
	switch (k->type) {
	case CONF_BOOL:
		if (config_setting_type(s) != CONFIG_TYPE_BOOL)
			return refuse(k, s, why);
		ret->as.flag = config_setting_get_bool(s) != 0;
		return true;
	case CONF_INT:
	case CONF_COUNT:
	case CONF_U16:
	case CONF_PORT:
	case CONF_SECONDS:
	case CONF_SHARE:
		if (!read_number(k, s, whole, &number, why))
			return false;
		if (k->type == CONF_INT)
			ret->as.number = (int)number;
		else if (k->type == CONF_COUNT)
			ret->as.count = (uint32_t)number;
		else if (k->type == CONF_SECONDS)
			ret->as.ns = seconds_to_ns(number);
		else if (k->type == CONF_SHARE)
			ret->as.share = number;
		else
			ret->as.port = (uint16_t)number;
		return true;
	case CONF_TEXT:
	case CONF_LABEL:
	case CONF_PATH:
	case CONF_FQDN:
	case CONF_OID:
	case CONF_WORD:
	case CONF_WORD_FLAG:
	case CONF_WORD_TEXT:
	case CONF_ADDR:
		return read_text(k, s, a, ret, why);
	case CONF_WORD_SET:
		return read_words(k, s, a, &ret->as.count, why);
	case CONF_ADDRS:
		return read_addrs(k, s, a, &ret->as.addrs, why);
	case CONF_MEMBER_ADDRESS:
		return read_member_address(k, s, a, &ret->as.member, why);
	case CONF_ADDR_LIST:
	case CONF_PREFIXES:
	case CONF_FQDNS:
	case CONF_TEXTS:
	case CONF_ARGV:
		return read_list(k, s, a, ret, why);
	case CONF_GROUP:
		return config_setting_is_group(s) || refuse(k, s, why);
	case CONF_GROUP_LIST:
		return config_setting_is_list(s) || refuse(k, s, why);
	}
	assert(false);
	return false;
}
