/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_phrase - what a key takes and how it is written, in words for people.
 */
#include "conf_phrase.h"

#include <stdio.h>

/* "a", "b" or "c" */
static const char *
words_text(const struct conf_key *k, const char *before, char *buf, size_t size)
{
	size_t n = (size_t)snprintf(buf, size, "%s", before);

	for (int i = 0; i < k->words->n && n < size; i++)
		n += (size_t)snprintf(buf + n, size - n, "%s\"%s\"",
		    i == 0                 ? ""
		    : i == k->words->n - 1 ? " or "
					   : ", ",
		    k->words->words[i]);
	return buf;
}

const char *
conf_phrase_takes(const struct conf_key *k, char *buf, size_t size)
{
	switch (k->type) {
	case CONF_BOOL:
		return "true or false";
	case CONF_INT:
	case CONF_COUNT:
	case CONF_U16:
	case CONF_PORT:
		snprintf(buf, size, "a whole number from %.0f to %.0f", k->low, k->high);
		return buf;
	case CONF_SECONDS:
		snprintf(buf, size, "seconds from %g to %.0f", k->low, k->high);
		return buf;
	case CONF_SHARE:
		snprintf(buf, size, "a number from %g to %g", k->low, k->high);
		return buf;
	case CONF_TEXT:
		snprintf(buf, size, "a text of %.0f to %.0f characters in quotes", k->low,
		    k->high);
		return buf;
	case CONF_LABEL:
		snprintf(buf, size,
		    "at most %.0f letters, digits and inner hyphens in quotes", k->high);
		return buf;
	case CONF_PATH:
		return "an absolute path in quotes";
	case CONF_FQDN:
		return "a full domain name in quotes";
	case CONF_OID:
		return "an object identifier, numbers separated by dots, in quotes";
	case CONF_WORD:
	case CONF_WORD_FLAG:
	case CONF_WORD_TEXT:
		return words_text(k, "", buf, size);
	case CONF_WORD_SET:
		return words_text(k, "an array of ", buf, size);
	case CONF_ADDR:
		return "an IPv4 or IPv6 address in quotes";
	case CONF_ADDRS:
		return "an array of at most one IPv4 and one IPv6 address";
	case CONF_MEMBER_ADDRESS:
		return "an array of at most one IPv4 and one IPv6 address, or a group "
		       "with "
		       "address and public";
	case CONF_ADDR_LIST:
		snprintf(buf, size, "an array of at most %.0f addresses", k->high);
		return buf;
	case CONF_PREFIXES:
		snprintf(buf, size, "an array of at most %.0f networks", k->high);
		return buf;
	case CONF_FQDNS:
		snprintf(
		    buf, size, "an array of %.0f to %.0f domain names", k->low, k->high);
		return buf;
	case CONF_TEXTS:
	case CONF_ARGV:
		snprintf(buf, size, "an array of %.0f to %.0f texts", k->low, k->high);
		return buf;
	case CONF_GROUP:
		return "a group";
	case CONF_GROUP_LIST:
		return "a list of groups";
	}
	return "?";
}

/* Something of the key's type, when its fallback is none that could be written. */
static const char *
sample(enum conf_type type)
{
	switch (type) {
	case CONF_BOOL:
		return "true";
	case CONF_INT:
	case CONF_COUNT:
	case CONF_U16:
	case CONF_SECONDS:
	case CONF_SHARE:
		return "1";
	case CONF_PORT:
		return "443";
	case CONF_TEXT:
		return "\"TEXT\"";
	case CONF_LABEL:
		return "\"edge1\"";
	case CONF_PATH:
		return "\"/PATH\"";
	case CONF_FQDN:
		return "\"sip.contoso.com\"";
	case CONF_OID:
		return "\"1.3.6.1.4.1\"";
	case CONF_ADDR:
		return "\"131.107.155.10\"";
	case CONF_WORD:
	case CONF_WORD_FLAG:
	case CONF_WORD_TEXT:
		return "\"WORD\"";
	case CONF_WORD_SET:
		return "[ \"WORD\" ]";
	case CONF_ADDRS:
	case CONF_MEMBER_ADDRESS:
	case CONF_ADDR_LIST:
		return "[ \"131.107.155.10\" ]";
	case CONF_PREFIXES:
		return "[ \"10.0.0.0/8\" ]";
	case CONF_FQDNS:
		return "[ \"contoso.com\" ]";
	case CONF_TEXTS:
		return "[ \"TEXT\" ]";
	case CONF_ARGV:
		return "[ \"/PATH\", \"ARGUMENT\" ]";
	case CONF_GROUP:
		return "{ ... }";
	case CONF_GROUP_LIST:
		return "( { ... }, { ... } )";
	}
	return "?";
}

static bool
in_quotes(enum conf_type type)
{
	return type == CONF_TEXT || type == CONF_LABEL || type == CONF_PATH ||
	       type == CONF_FQDN || type == CONF_OID || type == CONF_ADDR ||
	       type == CONF_WORD || type == CONF_WORD_FLAG || type == CONF_WORD_TEXT;
}

const char *
conf_phrase_example(const struct conf_key *k, char *buf, size_t size)
{
	const char *text = k->fallback;
	bool plain = text[0] != '\0' && text[0] != '(';

	if (plain)
		snprintf(buf, size, in_quotes(k->type) ? "%s = \"%s\"" : "%s = %s",
		    k->name, text);
	else if (k->words->n > 0)
		snprintf(buf, size,
		    k->type == CONF_WORD_SET ? "%s = [ \"%s\" ]" : "%s = \"%s\"", k->name,
		    k->words->words[0]);
	else
		snprintf(buf, size, "%s = %s", k->name, sample(k->type));
	return buf;
}
