/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_shape - texts with a grammar of their own: names, addresses, networks, OIDs.
 */
#include "conf_shape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool
bad_name(struct conf_why *why, const char *text, const char *reason)
{
	why->rule = 10;
	snprintf(why->text, sizeof why->text, "is \"%.100s\": %s", text, reason);
	return false;
}

/* What is wrong with a part of a name, @n octets at @part; NULL when nothing is. */
static const char *
part_wrong(const char *part, size_t n)
{
	if (n == 0)
		return "a part between the dots is empty";
	if (n > 63)
		return "a part between the dots has more than 63 characters";
	for (size_t i = 0; i < n; i++)
		if (!is_alnum(part[i]) && part[i] != '-')
			return "names consist of the letters A to Z, digits and hyphens, "
			       "in parts "
			       "separated by dots";
	if (part[0] == '-')
		return "a part begins with a hyphen";
	return part[n - 1] == '-' ? "a part ends in a hyphen" : NULL;
}

static bool
all_digits(const char *text)
{
	return text[strspn(text, "0123456789")] == '\0';
}

static const char *
lower_copy(struct arena *a, const char *text)
{
	char *lower = arena_strdup(a, text);

	for (char *p = lower; p != NULL && *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p | 0x20);
	return lower;
}

/* The rules of RFC 1123, and Microsoft's: letters, digits and hyphens only. */
bool
conf_shape_fqdn(const char *text, struct arena *a, const char **ret, struct conf_why *why)
{
	size_t n = strlen(text);
	const char *part = text, *wrong;

	if (n > MODEL_NAME_MAX)
		return bad_name(why, text, "a name has at most 253 characters");
	if (n > 0 && text[n - 1] == '.')
		return bad_name(
		    why, text, "names are written without the final dot; remove it");
	for (;;) {
		size_t length = strcspn(part, ".");

		wrong = part_wrong(part, length);
		if (wrong != NULL)
			return bad_name(why, text, wrong);
		if (part[length] == '\0')
			break;
		part += length + 1;
	}
	if (part == text)
		return bad_name(why, text,
		    "the full name with its domain is needed, as in \"sip.contoso.com\"");
	if (all_digits(part))
		return bad_name(why, text,
		    "this is an address, where a name is needed, as in "
		    "\"sip.contoso.com\"");
	*ret = lower_copy(a, text);
	return true;
}

bool
conf_shape_label(const char *text)
{
	size_t n = 0;

	for (; text[n] != '\0'; n++)
		if (!is_alnum(text[n]) && (text[n] != '-' || n == 0))
			return false;
	return n > 0 && text[n - 1] != '-';
}

bool
conf_shape_oid(const char *text)
{
	int arcs = 0;

	while (arcs < 100) {
		char *end;

		if (*text < '0' || *text > '9' || strtoull(text, &end, 10) > UINT32_MAX)
			return false;
		arcs++;
		if (*end == '\0')
			return arcs >= 2;
		if (*end != '.')
			return false;
		text = end + 1;
	}
	return false;
}

bool
conf_shape_addr(const char *text, struct addr *ret, struct conf_why *why)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (!addr_parse(text, ret)) {
		snprintf(why->text, sizeof why->text,
		    "is \"%.100s\", which is no IPv4 or IPv6 address; write one without "
		    "port "
		    "and prefix length, as in \"131.107.155.10\"",
		    text);
		return false;
	}
	if (ret->family == AF_INET6 && memcmp(ret->bytes, mapped, sizeof mapped) == 0) {
		snprintf(why->text, sizeof why->text,
		    "is \"%.100s\", an IPv4 address written as IPv6; write "
		    "\"%u.%u.%u.%u\"",
		    text, ret->bytes[12], ret->bytes[13], ret->bytes[14], ret->bytes[15]);
		return false;
	}
	if (ret->family == AF_INET6 && ret->bytes[0] == 0xfe &&
	    (ret->bytes[1] & 0xc0) == 0x80) {
		snprintf(why->text, sizeof why->text,
		    "is \"%.100s\", a link-local address, which means another host on "
		    "every "
		    "link; write a global or unique local one",
		    text);
		return false;
	}
	if (!addr_is_unicast(ret)) {
		snprintf(why->text, sizeof why->text,
		    "is \"%.100s\", which no single host can have; write the address of "
		    "one host",
		    text);
		return false;
	}
	return true;
}

/* @p with its host bits cleared. */
static void
clear_host_bits(struct prefix *p)
{
	size_t size = p->addr.family == AF_INET ? 4 : 16;

	for (size_t i = 0; i < size; i++) {
		int keep = (int)p->length - (int)i * 8;
		unsigned mask = keep >= 8   ? 0xffu
				: keep <= 0 ? 0u
					    : (0xffu << (8 - keep)) & 0xffu;

		p->addr.bytes[i] = (uint8_t)(p->addr.bytes[i] & mask);
	}
}

bool
conf_shape_prefix(const char *text, struct prefix *ret, struct conf_why *why)
{
	const char *slash = strchr(text, '/');
	char host[ADDR_TEXT_MAX], *end;
	struct prefix p = {0};
	long length;

	if (prefix_parse(text, ret))
		return true;
	snprintf(why->text, sizeof why->text,
	    "is \"%.100s\", which is no network; write it as in \"10.0.0.0/8\"", text);
	if (slash == NULL || (size_t)(slash - text) >= sizeof host)
		return false;
	memcpy(host, text, (size_t)(slash - text));
	host[slash - text] = '\0';
	if (!addr_parse(host, &p.addr))
		return false;
	length = strtol(slash + 1, &end, 10);
	if (*end != '\0' || end == slash + 1 || length < 0 ||
	    length > (p.addr.family == AF_INET ? 32 : 128))
		return false;
	p.length = (uint8_t)length;
	clear_host_bits(&p);
	snprintf(why->text, sizeof why->text,
	    "is \"%.100s\", an address inside the network and not the network; write "
	    "\"%s/%ld\"",
	    text, addr_text(&p.addr, host), length);
	return false;
}
