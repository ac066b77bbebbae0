/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sip_question - texts of requests.
 */
#include "sip_question.h"

#include <stdio.h>

#define PROBE_DOMAIN "edgepool.invalid"
#define PROBE_USER   "edgepool-probe"
#define AGENT        "edgepool/" EDGE_VERSION

void
sip_question_init(struct sip_question *q, bool registers, const uint8_t random[48])
{
	char *const ids[] = {q->branch, q->call_id, q->tag};

	q->registers = registers;
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < 16; j++)
			snprintf(ids[i] + 2 * j, 3, "%02x", random[16 * i + j]);
}

static int
options(char *text, size_t size, const struct sip_question *q, const char *host)
{
	return snprintf(text, size,
	    "OPTIONS sip:" PROBE_DOMAIN " SIP/2.0\r\n"
	    "Via: SIP/2.0/TLS %s;branch=" SIP_BRANCH_MAGIC "%s\r\n"
	    "Max-Forwards: 70\r\n"
	    "From: <sip:probe@" PROBE_DOMAIN ">;tag=%s;epid=%.10s\r\n"
	    "To: <sip:" PROBE_DOMAIN ">\r\n"
	    "Call-ID: %s\r\n"
	    "CSeq: 1 OPTIONS\r\n"
	    "User-Agent: " AGENT "\r\n"
	    "Content-Length: 0\r\n"
	    "\r\n",
	    host, q->branch, q->tag, q->tag, q->call_id);
}

static int
registration(char *text, size_t size, const struct sip_question *q, const char *host,
    const char *domain)
{
	return snprintf(text, size,
	    "REGISTER sip:%s SIP/2.0\r\n"
	    "Via: SIP/2.0/TLS %s;branch=" SIP_BRANCH_MAGIC "%s\r\n"
	    "Max-Forwards: 70\r\n"
	    "From: <sip:" PROBE_USER "@%s>;tag=%s;epid=%.10s\r\n"
	    "To: <sip:" PROBE_USER "@%s>\r\n"
	    "Call-ID: %s\r\n"
	    "CSeq: 1 REGISTER\r\n"
	    "Contact: <sip:%s;transport=tls>\r\n"
	    "Expires: 0\r\n"
	    "User-Agent: " AGENT "\r\n"
	    "Content-Length: 0\r\n"
	    "\r\n",
	    domain, host, q->branch, domain, q->tag, q->tag, domain, q->call_id, host);
}

size_t
sip_request(char *text, size_t size, const struct sip_question *q, const char *domain,
    const struct addr *local, uint16_t local_port)
{
	char host[ADDR_PORT_TEXT_MAX];
	int n;

	addr_port_text(local, local_port, host);
	n = q->registers ? registration(text, size, q, host, domain)
			 : options(text, size, q, host);
	return n < 0 || (size_t)n >= size ? 0 : (size_t)n;
}
