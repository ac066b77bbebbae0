/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * XMPP stream openings.  What the proxy offers is STARTTLS and dialback.
 */
#include "xmpp.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static bool
begins(const char *at, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && memcmp(at, word, n) == 0;
}

/* A domain as it may be written back between quotes without a second thought. */
static bool
is_domain(const char *at, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		bool good =
		    (at[i] >= 'a' && at[i] <= 'z') || (at[i] >= 'A' && at[i] <= 'Z') ||
		    (at[i] >= '0' && at[i] <= '9') || at[i] == '.' || at[i] == '-';

		if (!good)
			return false;
	}
	return len > 0 && len < 256;
}

/* The value of attribute @name within the tag; 0 when there is none. */
static size_t
attribute(const char *tag, size_t len, const char *name, const char **value)
{
	size_t n = strlen(name);

	for (size_t i = 1; i + n + 2 < len; i++) {
		bool starts = tag[i - 1] == ' ' || tag[i - 1] == '\t' ||
			      tag[i - 1] == '\n' || tag[i - 1] == '\r';

		if (!starts || memcmp(tag + i, name, n) != 0 || tag[i + n] != '=')
			continue;
		char quote = tag[i + n + 1];
		if (quote != '\'' && quote != '"')
			return 0;
		const char *at = tag + i + n + 2;
		const char *end = memchr(at, quote, (size_t)(tag + len - at));
		if (end == NULL)
			return 0;
		*value = at;
		return (size_t)(end - at);
	}
	return 0;
}

static void
read_header(const char *tag, size_t len, struct xmpp_header *h)
{
	const char *ns = NULL;
	size_t n = attribute(tag, len, "xmlns", &ns);

	*h = (struct xmpp_header){0};
	h->is_server = n == 13 && memcmp(ns, "jabber:server", 13) == 0;
	h->to_len = attribute(tag, len, "to", &h->to);
	if (!is_domain(h->to, h->to_len))
		h->to_len = 0;
	h->from_len = attribute(tag, len, "from", &h->from);
	if (!is_domain(h->from, h->from_len))
		h->from_len = 0;
}

ssize_t
xmpp_parse(const char *bytes, size_t len, enum xmpp_tag *tag, struct xmpp_header *h)
{
	size_t at = 0;

	while (at < len && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' ||
			       bytes[at] == '\t'))
		at++;
	if (at == len)
		return 0;
	if (bytes[at] != '<')
		return -EBADMSG;
	const char *end = memchr(bytes + at, '>', len - at);
	if (end == NULL)
		return len > XMPP_TAG_MAX ? -EBADMSG : 0;
	size_t n = (size_t)(end + 1 - (bytes + at));
	*tag = XMPP_OTHER;
	if (begins(bytes + at, n, "<stream:stream")) {
		*tag = XMPP_HEADER;
		read_header(bytes + at, n, h);
	} else if (begins(bytes + at, n, "<starttls")) {
		*tag = XMPP_STARTTLS;
	} else if (begins(bytes + at, n, "</stream:stream")) {
		*tag = XMPP_END;
	}
	return (ssize_t)(at + n);
}

void
xmpp_open(const struct xmpp_header *h, const struct manner *m, struct octets *out)
{
	uint64_t id;

	m->draw(&id, sizeof id);
	octets_printf(out, "<?xml version='1.0'?><stream:stream xmlns='jabber:server'"
			   " xmlns:stream='http://etherx.jabber.org/streams'"
			   " xmlns:db='jabber:server:dialback'");
	octets_printf(out, " id='%s-%016" PRIx64 "'", m->name, id);
	if (h->to_len > 0)
		octets_printf(out, " from='%.*s'", (int)h->to_len, h->to);
	if (h->from_len > 0)
		octets_printf(out, " to='%.*s'", (int)h->from_len, h->from);
	octets_printf(out, " version='1.0'>");
}

void
xmpp_features(bool starttls, struct octets *out)
{
	octets_printf(out,
	    "<stream:features>%s"
	    "<dialback xmlns='urn:xmpp:features:dialback'/>"
	    "</stream:features>",
	    starttls ? "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" : "");
}

void
xmpp_error(const char *condition, struct octets *out)
{
	octets_printf(out,
	    "<stream:error><%s xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
	    "</stream:error></stream:stream>",
	    condition);
}

void
xmpp_proceed(struct octets *out)
{
	octets_printf(out, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
}

void
xmpp_end(struct octets *out)
{
	octets_printf(out, "</stream:stream>");
}
