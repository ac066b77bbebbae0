/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xmpp_answer - reads just enough of a stream to see that somebody answers in XMPP.
 */
#include "xmpp_answer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define TAG_MAX 4096 /* a header tag with its attributes; real ones have some 300 */

/* A piece of the text: a tag without its brackets, or a name. */
struct span {
	const char *at;
	size_t n;
};

size_t
xmpp_header(char *text, size_t size, const char *to, const char *from)
{
	int n = snprintf(text, size,
	    "<?xml version='1.0'?><stream:stream xmlns='jabber:server' "
	    "xmlns:stream='http://etherx.jabber.org/streams' "
	    "xmlns:db='jabber:server:dialback' to='%s' from='%s' version='1.0'>",
	    to, from);

	return n < 0 || (size_t)n >= size ? 0 : (size_t)n;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
skip(struct span *text, size_t n)
{
	text->at += n;
	text->n -= n;
}

/* The next tag, and @text behind it.  Between tags of a stream only white space may
 * stand; a '>' inside quotes does not end a tag. */
static int
next_tag(struct span *text, struct span *ret)
{
	char quote = 0;

	while (text->n > 0 && is_space(*text->at))
		skip(text, 1);
	if (text->n == 0)
		return -EAGAIN;
	if (*text->at != '<')
		return -EBADMSG;
	for (size_t i = 1; i < text->n; i++) {
		char c = text->at[i];

		if (i > TAG_MAX || c == '\0' || (c == '<' && quote == 0))
			return -EBADMSG;
		if (quote != 0) {
			quote = c == quote ? 0 : quote;
		} else if (c == '\'' || c == '"') {
			quote = c;
		} else if (c == '>') {
			*ret = (struct span){text->at + 1, i - 1};
			skip(text, i + 1);
			return 0;
		}
	}
	return text->n > TAG_MAX ? -EBADMSG : -EAGAIN;
}

static struct span
tag_name(struct span tag)
{
	size_t n = 0;

	while (n < tag.n && !is_space(tag.at[n]) && tag.at[n] != '/')
		n++;
	return (struct span){tag.at, n};
}

/* Splits "stream:features" at its colon; without one the prefix is empty. */
static void
split_name(struct span name, struct span *prefix, struct span *local)
{
	const char *colon = name.n > 0 ? memchr(name.at, ':', name.n) : NULL;
	size_t n = colon == NULL ? 0 : (size_t)(colon - name.at);

	*prefix = (struct span){name.at, n};
	*local = colon == NULL ? name : (struct span){colon + 1, name.n - n - 1};
}

static bool
span_is(struct span s, const char *text)
{
	return s.n == strlen(text) && memcmp(s.at, text, s.n) == 0;
}

static bool
span_equal(struct span a, struct span b)
{
	return a.n == b.n && memcmp(a.at, b.at, a.n) == 0;
}

static bool
has_attribute(struct span tag, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 1; i + n < tag.n; i++)
		if (is_space(tag.at[i - 1]) && memcmp(tag.at + i, name, n) == 0 &&
		    (tag.at[i + n] == '=' || is_space(tag.at[i + n])))
			return true;
	return false;
}

int
xmpp_answer_check(const char *text, size_t n)
{
	struct span rest = {text, n}, tag, header_prefix, prefix, local;
	int err = next_tag(&rest, &tag);

	if (err == 0 && tag.n > 0 && tag.at[0] == '?') /* <?xml ... ?> */
		err = next_tag(&rest, &tag);
	if (err != 0)
		return err;
	split_name(tag_name(tag), &header_prefix, &local);
	if (!span_is(local, "stream"))
		return -EBADMSG;
	if (!has_attribute(tag, "version"))
		return 0;
	err = next_tag(&rest, &tag);
	if (err != 0)
		return err;
	split_name(tag_name(tag), &prefix, &local);
	if (span_equal(prefix, header_prefix) &&
	    (span_is(local, "features") || span_is(local, "error")))
		return 0;
	return -EBADMSG;
}
