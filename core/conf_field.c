/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_field - the other ways of a value: from the table's fallback text, into its field,
 * and out of it as canonical text.
 */
#include "conf_field.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <edge/clock.h>

bool
conf_field_fallback(const struct conf_key *k, struct arena *a, struct conf_value *ret)
{
	const char *text = k->fallback;
	double number = strtod(text, NULL);

	*ret = (struct conf_value){0};
	if (text[0] == '\0' || text[0] == '(' || k->size == 0)
		return false;
	switch (k->type) {
	case CONF_BOOL:
		ret->as.flag = strcmp(text, "true") == 0;
		return true;
	case CONF_INT:
		ret->as.number = (int)number;
		return true;
	case CONF_COUNT:
		ret->as.count = (uint32_t)number;
		return true;
	case CONF_U16:
	case CONF_PORT:
		ret->as.port = (uint16_t)number;
		return true;
	case CONF_SECONDS:
		ret->as.ns = (int64_t)(number * 1e6 + 0.5) * NS_PER_US;
		return true;
	case CONF_SHARE:
		ret->as.share = number;
		return true;
	case CONF_TEXT:
	case CONF_LABEL:
	case CONF_PATH:
	case CONF_FQDN:
	case CONF_OID:
	case CONF_WORD_TEXT:
		ret->as.text = arena_strdup(a, text);
		return true;
	case CONF_WORD:
		ret->as.number = conf_table_word(k->words, text);
		return true;
	case CONF_WORD_FLAG:
		ret->as.flag = conf_table_word(k->words, text) != 0;
		return true;
	case CONF_ADDR:
		return addr_parse(text, &ret->as.addr);
	case CONF_WORD_SET:
	case CONF_ADDRS:
	case CONF_MEMBER_ADDRESS:
	case CONF_ADDR_LIST:
	case CONF_PREFIXES:
	case CONF_FQDNS:
	case CONF_TEXTS:
	case CONF_ARGV:
	case CONF_GROUP:
	case CONF_GROUP_LIST:
		return false; /* their fallback is nothing: zeroed memory says it */
	}
	assert(false);
	return false;
}

void
conf_field_store(const struct conf_key *k, const struct conf_value *v, void *record)
{
	char *field = (char *)record + k->offset;

	if (k->size == 0)
		return;
	memcpy(field, &v->as, k->size);
	if (k->type == CONF_ADDR_LIST || k->type == CONF_PREFIXES ||
	    k->type == CONF_FQDNS || k->type == CONF_TEXTS)
		memcpy((char *)record + k->count_offset, &v->n, sizeof v->n);
}

static void
dump_addrs(const struct addrs *list, struct sbuf *to)
{
	char buf[ADDR_TEXT_MAX];

	for (int f = 0; f < FAMILIES; f++)
		sbuf_addf(to, " %s", addr_text(&list->at[f], buf));
}

static void
dump_list(const struct conf_key *k, const struct conf_value *v, struct sbuf *to)
{
	char buf[ADDR_TEXT_MAX];

	for (size_t i = 0; k->type == CONF_ARGV || i < v->n; i++) {
		if (k->type == CONF_ADDR_LIST) {
			sbuf_addf(to, " %s",
			    addr_text((const struct addr *)v->as.list + i, buf));
		} else if (k->type == CONF_PREFIXES) {
			const struct prefix *p = (const struct prefix *)v->as.list + i;

			sbuf_addf(to, " %s/%u", addr_text(&p->addr, buf), p->length);
		} else {
			const char *const *texts = v->as.list;

			if (texts == NULL || texts[i] == NULL)
				return;
			/* The length keeps two lists with one text apart. */
			sbuf_addf(to, " %zu:%s", strlen(texts[i]), texts[i]);
		}
	}
}

void
conf_field_dump(const struct conf_key *k, const void *record, struct sbuf *to)
{
	const char *field = (const char *)record + k->offset;
	struct conf_value v = {0};

	if (k->size == 0)
		return;
	memcpy(&v.as, field, k->size);
	sbuf_addf(to, "%s", k->name);
	switch (k->type) {
	case CONF_BOOL:
	case CONF_WORD_FLAG:
		sbuf_addf(to, " %d", v.as.flag);
		break;
	case CONF_INT:
	case CONF_WORD:
		sbuf_addf(to, " %d", v.as.number);
		break;
	case CONF_COUNT:
	case CONF_WORD_SET:
		sbuf_addf(to, " %" PRIu32, v.as.count);
		break;
	case CONF_U16:
	case CONF_PORT:
		sbuf_addf(to, " %u", v.as.port);
		break;
	case CONF_SECONDS:
		sbuf_addf(to, " %" PRId64, v.as.ns);
		break;
	case CONF_SHARE:
		sbuf_addf(to, " %.9g", v.as.share);
		break;
	case CONF_TEXT:
	case CONF_LABEL:
	case CONF_PATH:
	case CONF_FQDN:
	case CONF_OID:
	case CONF_WORD_TEXT:
		sbuf_addf(to, " %s", v.as.text != NULL ? v.as.text : "-");
		break;
	case CONF_ADDR: {
		char buf[ADDR_TEXT_MAX];

		sbuf_addf(to, " %s", addr_text(&v.as.addr, buf));
		break;
	}
	case CONF_ADDRS:
		dump_addrs(&v.as.addrs, to);
		break;
	case CONF_MEMBER_ADDRESS:
		dump_addrs(&v.as.member.address, to);
		dump_addrs(&v.as.member.public, to);
		break;
	case CONF_ADDR_LIST:
	case CONF_PREFIXES:
	case CONF_FQDNS:
	case CONF_TEXTS:
		memcpy(&v.n, (const char *)record + k->count_offset, sizeof v.n);
		dump_list(k, &v, to);
		break;
	case CONF_ARGV:
		dump_list(k, &v, to);
		break;
	case CONF_GROUP:
	case CONF_GROUP_LIST:
		break;
	}
	sbuf_addf(to, "\n");
}
