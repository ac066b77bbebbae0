/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SIP as an Access Edge answers it.  Must not know about TLS or sockets.
 *
 * The order of headers is the one seen from Lync Server 2013: ms-user-logon-data first,
 * then From, To, Call-ID, CSeq, Via, Server, Content-Length.  A prober must not need it.
 */
#include "sip.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

static struct sip_text
text_trim(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'))
		at++;
	while (end > at &&
	       (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r' || end[-1] == '\n'))
		end--;
	return (struct sip_text){at, (size_t)(end - at)};
}

static bool
text_is(struct sip_text t, const char *word)
{
	return t.len == strlen(word) && strncasecmp(t.at, word, t.len) == 0;
}

/* The end of the header that starts at @at: its line and the lines that continue it. */
static const char *
header_end(const char *at, const char *end)
{
	for (;;) {
		const char *nl = memchr(at, '\n', (size_t)(end - at));

		if (nl == NULL)
			return end;
		if (nl + 1 >= end || (nl[1] != ' ' && nl[1] != '\t'))
			return nl + 1;
		at = nl + 1;
	}
}

static int
parse_length(struct sip_text value, size_t *ret)
{
	size_t n = 0;

	if (value.len == 0 || value.len > 6)
		return -EBADMSG;
	for (size_t i = 0; i < value.len; i++) {
		if (value.at[i] < '0' || value.at[i] > '9')
			return -EBADMSG;
		n = n * 10 + (size_t)(value.at[i] - '0');
	}
	*ret = n;
	return 0;
}

static int
take_header(struct sip_request *r, const char *at, const char *end, size_t *body)
{
	const char *colon = memchr(at, ':', (size_t)(end - at));

	if (colon == NULL)
		return -EBADMSG;
	struct sip_text name = text_trim(at, colon);
	struct sip_text value = text_trim(colon + 1, end);
	if (text_is(name, "From") || text_is(name, "f"))
		r->from = value;
	else if (text_is(name, "To") || text_is(name, "t"))
		r->to = value;
	else if (text_is(name, "Call-ID") || text_is(name, "i"))
		r->call_id = value;
	else if (text_is(name, "CSeq"))
		r->cseq = value;
	else if (text_is(name, "Content-Length") || text_is(name, "l"))
		return parse_length(value, body);
	else if (text_is(name, "Via") || text_is(name, "v")) {
		if (r->n_vias == SIP_VIAS_MAX)
			return -EBADMSG;
		r->vias[r->n_vias++] = value;
	}
	return 0;
}

/* "sip:user@domain:port;parameter" -> "domain" */
static struct sip_text
uri_domain(const char *at, const char *end)
{
	const char *user, *stop;

	if (end - at < 4 || strncasecmp(at, "sip:", 4) != 0)
		return (struct sip_text){at, 0};
	at += 4;
	user = memchr(at, '@', (size_t)(end - at));
	if (user != NULL)
		at = user + 1;
	for (stop = at; stop < end && *stop != ';' && *stop != ':' && *stop != ' ';)
		stop++;
	return (struct sip_text){at, (size_t)(stop - at)};
}

static int
take_start_line(struct sip_request *r, struct sip_text line)
{
	static const char version[] = "SIP/2.0";
	const size_t n = sizeof version - 1;

	if (line.len > n && memcmp(line.at, version, n) == 0) {
		r->is_response = true;
		return 0;
	}
	const char *space = memchr(line.at, ' ', line.len);
	if (space == NULL || space == line.at || line.len < n + 4 ||
	    memcmp(line.at + line.len - n, version, n) != 0 ||
	    line.at[line.len - n - 1] != ' ')
		return -EBADMSG;
	for (const char *p = line.at; p < space; p++) {
		if (*p < 'A' || *p > 'Z')
			return -EBADMSG;
	}
	r->method = (struct sip_text){line.at, (size_t)(space - line.at)};
	r->domain = uri_domain(space + 1, line.at + line.len - n - 1);
	return 0;
}

static const char *
find_blank_line(const char *at, const char *end)
{
	return memmem(at, (size_t)(end - at), "\r\n\r\n", 4);
}

/* Noise must not be waited on for ever: a message starts with printable ASCII. */
static bool
starts_like_sip(const char *at, const char *end)
{
	for (const char *p = at; p < end && p < at + 8; p++) {
		if (*p == ' ' && p > at)
			return true;
		if (*p < '!' || *p > '~')
			return false;
	}
	return true;
}

ssize_t
sip_parse(const char *bytes, size_t len, struct sip_request *r)
{
	const char *at = bytes, *end = bytes + len;
	size_t body = 0;

	*r = (struct sip_request){0};
	/* CRLF between messages is keep-alive. */
	while (at < end && (*at == '\r' || *at == '\n'))
		at++;
	if (!starts_like_sip(at, end))
		return -EBADMSG;
	const char *blank = find_blank_line(at, end);
	if (blank == NULL)
		return len > SIP_REQUEST_MAX ? -EBADMSG : 0;
	end = blank + 2;
	const char *nl = memchr(at, '\n', (size_t)(end - at));
	if (nl == NULL || take_start_line(r, text_trim(at, nl)) != 0)
		return -EBADMSG;
	for (at = nl + 1; at < end;) {
		const char *next = header_end(at, end);

		if (take_header(r, at, next, &body) != 0)
			return -EBADMSG;
		at = next;
	}
	if (r->from.len == 0 || r->to.len == 0 || r->call_id.len == 0 ||
	    r->cseq.len == 0 || r->n_vias == 0 || body > SIP_REQUEST_MAX)
		return -EBADMSG;
	size_t whole = (size_t)(blank + 4 - bytes) + body;
	return whole > len ? 0 : (ssize_t)whole;
}

static void
put_header(struct octets *out, const char *name, struct sip_text value)
{
	octets_printf(out, "%s: %.*s\r\n", name, (int)value.len, value.at);
}

static bool
has_tag(struct sip_text to)
{
	return memmem(to.at, to.len, ";tag=", 5) != NULL;
}

bool
sip_is_registration(const struct sip_request *r, const struct manner *m)
{
	return text_is(r->method, "REGISTER") && text_is(r->domain, m->sip_domain);
}

/* Spelled as the product does, small t and all. */
static const struct {
	const char *status, *header;
} words[] = {
    [SIP_WORD_NOBODY] = {"504 Server time-out", ""},
    [SIP_WORD_UNAVAILABLE] = {"503 Service Unavailable", ""},
    [SIP_WORD_CHALLENGE] = {"401 Unauthorized",
	"WWW-Authenticate: NTLM realm=\"SIP Communications Service\", "
	"targetname=\"pool.contoso.net\", version=4\r\n"},
    [SIP_WORD_NO_WAY] = {"504 Server time-out",
	"ms-diagnostics: 1010;reason=\"Certificate trust with next-hop server could not "
	"be established\";source=\"sip.contoso.com\"\r\n"},
};

void
sip_answer(const struct sip_request *r, enum sip_word word, const struct manner *m,
    struct octets *out)
{
	uint32_t tag;

	if (word == SIP_WORD_NONE || r->is_response || text_is(r->method, "ACK"))
		return;
	octets_printf(out, "SIP/2.0 %s\r\n%s", words[word].status, words[word].header);
	octets_printf(out, "ms-user-logon-data: RemoteUser\r\n");
	put_header(out, "From", r->from);
	if (has_tag(r->to)) {
		put_header(out, "To", r->to);
	} else {
		m->draw(&tag, sizeof tag);
		octets_printf(out, "To: %.*s;tag=%s-%08x\r\n", (int)r->to.len, r->to.at,
		    m->name, tag);
	}
	put_header(out, "Call-ID", r->call_id);
	put_header(out, "CSeq", r->cseq);
	for (size_t i = 0; i < r->n_vias; i++)
		put_header(out, "Via", r->vias[i]);
	if (m->server_token[0] != '\0')
		octets_printf(out, "Server: %s\r\n", m->server_token);
	octets_printf(out, "Content-Length: 0\r\n\r\n");
}
