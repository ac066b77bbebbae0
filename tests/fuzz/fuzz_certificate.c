/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The DER of a certificate as a member may show it, and what is concluded from it.
 */
#include <assert.h>
#include <string.h>

#include <edge/base.h>

#include "certificates.h"
#include "tls_certificate.h"

#include "fuzz.h"

static void
text_is_plain(const char *text)
{
	assert(strlen(text) < CERTIFICATE_TEXT_MAX);
	for (; *text != '\0'; text++)
		assert(*text >= ' ' && *text <= '~');
}

static void
conclude(const struct certificate *c)
{
	static const char *const domains[] = {"contoso.com", "fabrikam.com"};
	struct pool pool = {.fqdn = "edge.contoso.net",
	    .sip_domains = domains,
	    .n_sip_domains = countof(domains),
	    .services[SERVICE_ACCESS].fqdn = "sip.contoso.com"};
	struct member member = {.pool = &pool};
	struct endpoint e = {.member = &member,
	    .services = 1u << SERVICE_ACCESS,
	    .service = &pool.services[SERVICE_ACCESS]};
	struct finding one, two, three;

	for (e.side = SIDE_EXTERNAL; e.side < SIDES; e.side++)
		certificates_check_names(&e, c, &one, &two);
	certificates_check_chain(&e, c, &one);
	certificates_check_dates(c, 1000000000, INT64_MAX, &one, &two, &three);
	assert(one.holds + two.holds + three.holds <= 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct certificate c = {0};
	unsigned names = 0;

	if (!tls_certificate_parse(octets, n, 1000000000, &c))
		return 0;
	assert(
	    c.known && c.chain == CHAIN_UNSEEN && c.names_size <= CERTIFICATE_OCTETS_MAX);
	text_is_plain(c.subject);
	text_is_plain(c.issuer);
	text_is_plain(c.common_name);
	for (const char *name = certificate_name_first(&c); name != NULL;
	     name = certificate_name_next(&c, name)) {
		text_is_plain(name);
		assert(certificate_has_name(&c, name));
		names++;
	}
	assert(names == c.n_names && names <= CERTIFICATE_NAMES_MAX);
	conclude(&c);
	certificate_fini(&c);
	return 0;
}
