/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sip_answer - as much of RFC 3261 as a prober needs: start line, five headers, the
 * length of a body.  Compact header names and folded lines are understood, because an
 * answer must not look dead for its spelling.
 */
#include "sip_answer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "shown.h"

struct span {
	const char *at;
	size_t n;
};

/* The headers of one message. */
struct headers {
	/* The first of each; at NULL: none. */
	struct span via, call_id, cseq, server, diagnostics;
	size_t content_length, missing; /* missing: octets of the body still to come */
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* A blank, or where a folded line was broken. */
static bool
is_space(char c)
{
	return is_blank(c) || c == '\r' || c == '\n';
}

static struct span
trimmed(struct span s)
{
	while (s.n > 0 && is_space(s.at[0]))
		s = (struct span){s.at + 1, s.n - 1};
	while (s.n > 0 && is_space(s.at[s.n - 1]))
		s.n--;
	return s;
}

static bool
span_is(struct span s, const char *text)
{
	return s.n == strlen(text) && strncasecmp(s.at, text, s.n) == 0;
}

static bool
span_begins(struct span s, const char *text)
{
	return s.n >= strlen(text) && strncasecmp(s.at, text, strlen(text)) == 0;
}

/* A decimal number of at most @digits digits and nothing else; -1 otherwise. */
static long
span_number(struct span s, size_t digits)
{
	long value = 0;

	if (s.n == 0 || s.n > digits)
		return -1;
	for (size_t i = 0; i < s.n; i++) {
		if (s.at[i] < '0' || s.at[i] > '9')
			return -1;
		value = value * 10 + (s.at[i] - '0');
	}
	return value;
}

/* The line up to its line feed, folded continuation lines included, and @rest behind it.
 * False when the text ends before.  Each octet is looked at a fixed number of times: an
 * answer is read anew with whatever has come of it. */
static bool
next_line(struct span *rest, struct span *ret)
{
	size_t end = 0;
	bool empty = false;

	do {
		const char *feed =
		    rest->n > end ? memchr(rest->at + end, '\n', rest->n - end) : NULL;

		if (feed == NULL)
			return false;
		if (end == 0)
			empty =
			    trimmed((struct span){rest->at, (size_t)(feed - rest->at)})
				.n == 0;
		end = (size_t)(feed - rest->at) + 1;
		/* An empty line folds nothing; otherwise a blank goes on with this one.
		 */
	} while (!empty && end < rest->n && is_blank(rest->at[end]));
	*ret = trimmed((struct span){rest->at, end});
	*rest = (struct span){rest->at + end, rest->n - end};
	return true;
}

static void
keep_first(struct span *slot, struct span value)
{
	if (slot->at == NULL)
		*slot = value;
}

static int
take_header(struct span line, struct headers *h)
{
	const char *colon = memchr(line.at, ':', line.n);
	struct span name, value;
	long length;

	if (colon == NULL)
		return -EBADMSG;
	name = trimmed((struct span){line.at, (size_t)(colon - line.at)});
	value = trimmed((struct span){colon + 1, line.n - (size_t)(colon - line.at) - 1});
	if (span_is(name, "Via") || span_is(name, "v"))
		keep_first(&h->via, value);
	else if (span_is(name, "Call-ID") || span_is(name, "i"))
		keep_first(&h->call_id, value);
	else if (span_is(name, "CSeq"))
		keep_first(&h->cseq, value);
	else if (span_is(name, "Server"))
		keep_first(&h->server, value);
	else if (span_is(name, "ms-diagnostics"))
		keep_first(&h->diagnostics, value);
	else if (span_is(name, "Content-Length") || span_is(name, "l")) {
		length = span_number(value, 6);
		if (length < 0)
			return -EBADMSG;
		h->content_length = (size_t)length;
	}
	return 0;
}

/* Behind @word and the space on either side of it; at NULL where it does not stand. */
static struct span
behind(struct span s, const char *word)
{
	s = trimmed(s);
	if (s.at == NULL || !span_begins(s, word))
		return (struct span){NULL, 0};
	return trimmed((struct span){s.at + strlen(word), s.n - strlen(word)});
}

/* The branch parameter of a Via, without the magic; empty when there is none. */
static struct span
via_branch(struct span via)
{
	for (size_t i = 0; i < via.n; i++) {
		struct span from = {via.at + i, via.n - i};
		size_t n = 0;

		if (*from.at == ',') /* the next Via of the same line is another's */
			break;
		if (*from.at != ';')
			continue;
		from = behind(behind(behind(from, ";"), "branch"), "=");
		if (from.at == NULL || !span_begins(from, SIP_BRANCH_MAGIC))
			continue;
		from = (struct span){from.at + strlen(SIP_BRANCH_MAGIC),
		    from.n - strlen(SIP_BRANCH_MAGIC)};
		while (n < from.n && from.at[n] != ';' && from.at[n] != ',' &&
		       !is_space(from.at[n]))
			n++;
		return (struct span){from.at, n};
	}
	return (struct span){"", 0};
}

static bool
cseq_is_ours(struct span cseq, const char *method)
{
	return cseq.n > 2 && cseq.at[0] == '1' && is_space(cseq.at[1]) &&
	       span_is(trimmed((struct span){cseq.at + 1, cseq.n - 1}), method);
}

static bool
is_ours(const struct headers *h, const struct sip_question *q)
{
	return h->via.at != NULL && h->call_id.at != NULL && h->cseq.at != NULL &&
	       span_is(via_branch(h->via), q->branch) &&
	       span_is(h->call_id, q->call_id) &&
	       cseq_is_ours(h->cseq, q->registers ? "REGISTER" : "OPTIONS");
}

static unsigned
server_major(struct span server)
{
	struct span digits = {server.at, 0};

	if (server.at == NULL || !span_begins(server, "RTC/"))
		return 0;
	digits.at += 4;
	while (4 + digits.n < server.n && digits.n < 3 && digits.at[digits.n] >= '0' &&
	       digits.at[digits.n] <= '9')
		digits.n++;
	return digits.n == 0 ? 0 : (unsigned)span_number(digits, 3);
}

/* "1008;reason=\"Unable to resolve DNS SRV record\";...": the number, and the reason as
 * text for people. */
static void
take_diagnostics(struct span s, struct sip_answer *ret)
{
	static const char reason[] = "reason=\"";
	struct span digits = {s.at, 0};
	const char *at, *quote;

	ret->diagnostics = 0;
	ret->said[0] = '\0';
	if (s.at == NULL)
		return;
	while (digits.n < s.n && digits.n < 7 && s.at[digits.n] >= '0' &&
	       s.at[digits.n] <= '9')
		digits.n++;
	if (span_number(digits, 6) > 0)
		ret->diagnostics = (unsigned)span_number(digits, 6);
	at = memmem(s.at, s.n, reason, strlen(reason));
	if (at == NULL)
		return;
	at += strlen(reason);
	quote = memchr(at, '"', s.n - (size_t)(at - s.at));
	if (quote != NULL)
		shown_text(at, (size_t)(quote - at), ret->said, sizeof ret->said);
}

/* 100..699 for a status line, 0 for a request line, -1 for neither. */
static int
start_line_status(struct span line)
{
	static const char version[] = "SIP/2.0";
	size_t n = strlen(version);
	long status;

	if (span_begins(line, "SIP/2.0 ")) {
		if (line.n < n + 4 || (line.n > n + 4 && line.at[n + 4] != ' '))
			return -1;
		status = span_number((struct span){line.at + n + 1, 3}, 3);
		return status < 100 || status > 699 ? -1 : (int)status;
	}
	if (line.n > n + 1 && line.at[line.n - n - 1] == ' ' &&
	    span_is((struct span){line.at + line.n - n, n}, version))
		return 0;
	return -1;
}

/* False early where the stream cannot become SIP, so that a babbling peer is named at
 * once instead of at the timeout. */
static bool
may_become_sip(struct span s)
{
	for (size_t i = 0; i < s.n && s.at[i] != '\r' && s.at[i] != '\n'; i++)
		if ((unsigned char)s.at[i] < 0x20 || s.at[i] == 0x7f)
			return false;
	return true;
}

/* One message off the front of @rest: its status as above, its headers. */
static int
next_message(struct span *rest, int *ret_status, struct headers *ret)
{
	struct span line, from = *rest;
	struct headers h = {0};
	int err;

	do { /* keep-alives: empty lines between messages */
		if (!next_line(&from, &line))
			return may_become_sip(from) ? -EAGAIN : -EBADMSG;
	} while (line.n == 0);
	*ret_status = start_line_status(line);
	if (*ret_status < 0)
		return -EBADMSG;
	for (;;) {
		if (!next_line(&from, &line))
			return -EAGAIN;
		if (line.n == 0)
			break;
		err = take_header(line, &h);
		if (err != 0)
			return err;
	}
	/* The body of the last one need not arrive: nobody reads it. */
	if (h.content_length > from.n) {
		h.missing = h.content_length - from.n;
		h.content_length = from.n;
	}
	*rest = (struct span){from.at + h.content_length, from.n - h.content_length};
	*ret = h;
	return 0;
}

int
sip_answer_parse(
    const char *text, size_t n, const struct sip_question *q, struct sip_answer *ret)
{
	struct span rest = {text, n};
	struct headers h;
	int status, err;

	for (;;) {
		err = next_message(&rest, &status, &h);
		if (err != 0)
			return err;
		if (status < 200) /* a request, or provisional */
			continue;
		if (!is_ours(&h, q))
			return -ENOMSG;
		ret->status = status;
		ret->server_major = server_major(h.server);
		ret->length = n - rest.n + h.missing;
		take_diagnostics(h.diagnostics, ret);
		return 0;
	}
}
