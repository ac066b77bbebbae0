/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Command line.  Must not open or start anything.
 */
#include "options.h"

#include "address.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
	OPT_NAME = 256,
	OPT_CERTS,
	OPT_PUBLIC,
	OPT_CONTROL,
	OPT_LOG,
	OPT_LOG_LINES,
	OPT_LISTEN,
	OPT_SICK,
	OPT_SLOW,
	OPT_SERVER,
	OPT_REALM,
	OPT_SIP_DOMAIN,
	OPT_TURN_PASSWORD,
	OPT_TLS_MAX,
	OPT_STRANGERS,
	OPT_RESUME,
	OPT_HELP,
};

static const struct option longs[] = {
    {"name", required_argument, NULL, OPT_NAME},
    {"certs", required_argument, NULL, OPT_CERTS},
    {"public", required_argument, NULL, OPT_PUBLIC},
    {"control", required_argument, NULL, OPT_CONTROL},
    {"log", required_argument, NULL, OPT_LOG},
    {"log-lines", required_argument, NULL, OPT_LOG_LINES},
    {"listen", required_argument, NULL, OPT_LISTEN},
    {"sick", required_argument, NULL, OPT_SICK},
    {"slow", required_argument, NULL, OPT_SLOW},
    {"server", required_argument, NULL, OPT_SERVER},
    {"realm", required_argument, NULL, OPT_REALM},
    {"sip-domain", required_argument, NULL, OPT_SIP_DOMAIN},
    {"turn-password", required_argument, NULL, OPT_TURN_PASSWORD},
    {"tls-max", required_argument, NULL, OPT_TLS_MAX},
    {"strangers", required_argument, NULL, OPT_STRANGERS},
    {"resume", no_argument, NULL, OPT_RESUME},
    {"help", no_argument, NULL, OPT_HELP},
    {0},
};

void
options_help(const char *program)
{
	printf("usage: %s --name NAME --listen KIND=ADDR:PORT ... [option ...]\n"
	       "  --certs DIR          certificates, as tests/sim/make-certs makes them\n"
	       "  --public ADDR        what Alternate-Server says (once per family);\n"
	       "                       default: the address the request came to\n"
	       "  --control PATH       control socket\n"
	       "  --log FILE           one JSON line per connection and datagram\n"
	       "  --log-lines N        at most so many (100000)\n"
	       "  --sick KIND=HOW      sick from the start; HOW may be slow:SECONDS\n"
	       "  --slow SECONDS       how late slow is, and each octet of drip (2)\n"
	       "  --server TOKEN       SIP Server header (RTC/5.0), \"\" for none\n"
	       "  --realm TEXT         MS-TURN realm (rtcmedia)\n"
	       "  --sip-domain NAME    whose REGISTER goes to a next hop (contoso.com)\n"
	       "  --turn-password TEXT any user, this password; default: any credential\n"
	       "  --tls-max VERSION    1.0, 1.1, 1.2 (default) or 1.3\n"
	       "  --strangers KIND     let clients without a certificate in; or all\n"
	       "  --resume             TLS sessions may be resumed\n"
	       "kinds:",
	    program);
	for (unsigned k = 0; k < KIND_COUNT; k++)
		printf(" %s", kind_word((enum kind)k));
	printf("\nsicknesses:\n");
	for (unsigned s = 0; s < SICKNESS_COUNT; s++)
		printf("  %-18s %s\n", sickness_word((enum sickness)s),
		    sickness_text((enum sickness)s));
}

static void
draw(void *bytes, size_t n)
{
	/* Never short for so few octets, and never blocks after boot. */
	if (getrandom(bytes, n, 0) != (ssize_t)n)
		abort();
}

/* The name goes into SIP, XMPP and JSON unquoted. */
static bool
is_plain(const char *text)
{
	return text[0] != '\0' && strlen(text) < 64 &&
	       text[strspn(text, "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")] == '\0';
}

static int
add_listen(struct options *o, const char *text)
{
	char word[32];
	const char *equals = strchr(text, '=');
	struct endpoint *e = &o->endpoints[o->n_endpoints];

	if (equals == NULL || (size_t)(equals - text) >= sizeof word ||
	    o->n_endpoints == ENDPOINTS_MAX)
		return -EINVAL;
	memcpy(word, text, (size_t)(equals - text));
	word[equals - text] = '\0';
	*e = (struct endpoint){.fd = -1};
	if (kind_parse(word, &e->kind) != 0 ||
	    address_parse(equals + 1, true, &e->address) != 0)
		return -EINVAL;
	o->n_endpoints++;
	return 0;
}

static int
set_public(struct options *o, const char *text)
{
	struct sockaddr_storage a;

	if (address_parse(text, false, &a) != 0)
		return -EINVAL;
	if (a.ss_family == AF_INET)
		o->member.manner.public4 = a;
	else
		o->member.manner.public6 = a;
	return 0;
}

/* KIND=HOW and KIND=HOW:SECONDS become a line for the control socket's parser. */
static int
add_illness(struct options *o, char *text)
{
	char *equals = strchr(text, '=');

	if (equals == NULL || o->n_illnesses == ILLNESSES_MAX)
		return -EINVAL;
	*equals = ' ';
	char *colon = strchr(equals, ':');
	if (colon != NULL)
		*colon = ' ';
	o->illnesses[o->n_illnesses++] = text;
	return 0;
}

static int
set_tls_max(struct options *o, const char *text)
{
	static const struct {
		const char *text;
		int version;
	} versions[] = {{"1.0", TLS1_VERSION}, {"1.1", TLS1_1_VERSION},
	    {"1.2", TLS1_2_VERSION}, {"1.3", TLS1_3_VERSION}};

	for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
		if (strcmp(versions[i].text, text) == 0) {
			o->member.identity.tls_max = versions[i].version;
			return 0;
		}
	}
	return -EINVAL;
}

static int
welcome_strangers(struct options *o, const char *text)
{
	bool *welcome = o->member.identity.strangers_welcome;
	enum kind k;

	if (strcmp(text, "all") == 0) {
		for (unsigned i = 0; i < KIND_COUNT; i++)
			welcome[i] = true;
		return 0;
	}
	if (kind_parse(text, &k) != 0)
		return -EINVAL;
	welcome[k] = true;
	return 0;
}

static int
set_seconds(double *ret, const char *text)
{
	char *end;
	double s = strtod(text, &end);

	if (end == text || *end != '\0' || !(s > 0 && s <= 3600))
		return -EINVAL;
	*ret = s;
	return 0;
}

static int
take(struct options *o, int option, char *value)
{
	struct manner *m = &o->member.manner;

	switch (option) {
	case OPT_NAME:
		m->name = value;
		return is_plain(value) ? 0 : -EINVAL;
	case OPT_CERTS:
		o->member.identity.certs = value;
		return 0;
	case OPT_PUBLIC:
		return set_public(o, value);
	case OPT_CONTROL:
		o->control = value;
		return 0;
	case OPT_LOG:
		o->log = value;
		return 0;
	case OPT_LOG_LINES:
		o->log_lines = strtoull(value, NULL, 10);
		return 0;
	case OPT_LISTEN:
		return add_listen(o, value);
	case OPT_SICK:
		return add_illness(o, value);
	case OPT_SLOW:
		return set_seconds(&o->member.slow_s, value);
	case OPT_SERVER:
		m->server_token = value;
		return 0;
	case OPT_REALM:
		m->realm = value;
		return strlen(value) <= 126 ? 0 : -EINVAL;
	case OPT_SIP_DOMAIN:
		m->sip_domain = value;
		return is_plain(value) ? 0 : -EINVAL;
	case OPT_TURN_PASSWORD:
		m->turn_password = value;
		return 0;
	case OPT_TLS_MAX:
		return set_tls_max(o, value);
	case OPT_STRANGERS:
		return welcome_strangers(o, value);
	case OPT_RESUME:
		o->member.identity.resumes = true;
		return 0;
	}
	return -EINVAL;
}

static bool
needs_certificates(const struct options *o)
{
	for (size_t i = 0; i < o->n_endpoints; i++) {
		if (kind_certificate(o->endpoints[i].kind) != CERTIFICATE_NONE)
			return true;
	}
	return false;
}

int
options_parse(struct options *o, int argc, char **argv, char *why, size_t why_len)
{
	int option, at;

	*o = (struct options){.log_lines = 100000,
	    .member = {.slow_s = 2,
		.manner = {.server_token = "RTC/5.0",
		    .realm = "rtcmedia",
		    .sip_domain = "contoso.com",
		    .draw = draw},
		.identity = {.tls_max = TLS1_2_VERSION}}};
	while ((option = getopt_long(argc, argv, "", longs, &at)) != -1) {
		if (option == OPT_HELP)
			return 1;
		if (option == '?') {
			snprintf(why, why_len, "see --help");
			return -EINVAL;
		}
		if (take(o, option, optarg) != 0) {
			snprintf(why, why_len, "--%s %s: not understood", longs[at].name,
			    optarg);
			return -EINVAL;
		}
	}
	const char *missing = o->member.manner.name == NULL ? "--name"
			      : o->n_endpoints == 0         ? "--listen"
			      : o->member.identity.certs == NULL && needs_certificates(o)
				  ? "--certs"
				  : NULL;
	if (missing != NULL || optind != argc) {
		snprintf(why, why_len, "%s %s, see --help",
		    missing != NULL ? missing : argv[optind],
		    missing != NULL ? "is missing" : "is one too many");
		return -EINVAL;
	}
	return 0;
}
