/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_CERTIFICATE_H
#define EDGE_PROBE_CERTIFICATE_H

/*
 * certificate - what a full handshake showed of a member's certificate: plain facts.
 *
 * No verdict about the member is in it but one, the chain's, which needs the library that
 * read it.  Everything came from a stranger: texts are printable ASCII, bounded, and say
 * when something was left out.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/certificate.h>

#define CERTIFICATE_SHA256     32
#define CERTIFICATE_HEAD       8 /* octets of a digest that a board has room for */
#define CERTIFICATE_TEXT_MAX   256
#define CERTIFICATE_NAMES_MAX  1000
#define CERTIFICATE_OCTETS_MAX ((size_t)64 * 1024) /* of all names */

struct certificate {
	bool known; /* everything below is set only then */
	/* Not known, but seen by a prober before this one: dates and the heads of both
	 * digests, the rest is empty. */
	bool recalled;
	int64_t looked_s; /* wall clock: when all this was read */
	/* Wall clock, never 0 unless the certificate has no readable date. */
	int64_t not_before_s, not_after_s;
	uint8_t sha256[CERTIFICATE_SHA256];     /* of the leaf, DER */
	uint8_t key_sha256[CERTIFICATE_SHA256]; /* of its public key, DER */
	enum chain chain;
	bool weak; /* MD5 or SHA-1 signed it, or the key is short */
	bool odd;  /* a name was passed over that is none: NUL or other octets inside */
	bool cut;  /* not all names were kept */
	char subject[CERTIFICATE_TEXT_MAX], issuer[CERTIFICATE_TEXT_MAX];
	char common_name[CERTIFICATE_TEXT_MAX]; /* of the subject, lower case; "" none */
	/* DNS names among the subject's alternative names: lower case, a NUL behind each.
	 */
	char *names;
	size_t names_size;
	unsigned n_names;
};

void certificate_fini(struct certificate *c);
/* @from is empty afterwards. */
void certificate_move(struct certificate *to, struct certificate *from);

/* The first name, and the one after @name; NULL at the end. */
const char *certificate_name_first(const struct certificate *c);
const char *certificate_name_next(const struct certificate *c, const char *name);

/* As written; and by a wildcard for one label ("*.contoso.com").  @name is lower case. */
bool certificate_has_name(const struct certificate *c, const char *name);
bool certificate_has_wildcard_for(const struct certificate *c, const char *name);

/* For its reader: keeps one name of @n octets, or says odd or cut. */
void certificate_add_name(struct certificate *c, const void *octets, size_t n);
/* For its reader: @n octets as a name into @to, lower case; false and "" if they are
 * none. */
bool certificate_take_name(char to[CERTIFICATE_TEXT_MAX], const void *octets, size_t n);

#endif
