/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * certificate - keeping names and finding them.  Pure.
 */
#include "certificate.h"

#include <stdlib.h>
#include <string.h>

/* What one label, a dot or a wildcard is made of.  Underscores are no host name's, but
 * Windows lets administrators use them. */
static bool
is_name_octet(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
	       c == '.' || c == '*';
}

bool
certificate_take_name(char to[CERTIFICATE_TEXT_MAX], const void *octets, size_t n)
{
	const char *from = octets;

	to[0] = '\0';
	if (n == 0 || n >= CERTIFICATE_TEXT_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = from[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (!is_name_octet(c)) {
			to[0] = '\0';
			return false;
		}
		to[i] = c;
	}
	to[n] = '\0';
	return true;
}

void
certificate_add_name(struct certificate *c, const void *octets, size_t n)
{
	char name[CERTIFICATE_TEXT_MAX];
	char *names;

	if (!certificate_take_name(name, octets, n)) {
		c->odd = true;
		return;
	}
	if (c->n_names == CERTIFICATE_NAMES_MAX ||
	    c->names_size + n + 1 > CERTIFICATE_OCTETS_MAX) {
		c->cut = true;
		return;
	}
	names = realloc(c->names, c->names_size + n + 1);
	if (names == NULL) {
		c->cut = true;
		return;
	}
	memcpy(names + c->names_size, name, n + 1);
	c->names = names;
	c->names_size += n + 1;
	c->n_names++;
}

void
certificate_fini(struct certificate *c)
{
	free(c->names);
	*c = (struct certificate){0};
}

void
certificate_move(struct certificate *to, struct certificate *from)
{
	certificate_fini(to);
	*to = *from;
	*from = (struct certificate){0};
}

const char *
certificate_name_first(const struct certificate *c)
{
	return c->n_names > 0 ? c->names : NULL;
}

const char *
certificate_name_next(const struct certificate *c, const char *name)
{
	name += strlen(name) + 1;
	return name < c->names + c->names_size ? name : NULL;
}

bool
certificate_has_name(const struct certificate *c, const char *name)
{
	for (const char *n = certificate_name_first(c); n != NULL;
	     n = certificate_name_next(c, n))
		if (strcmp(n, name) == 0)
			return true;
	return false;
}

bool
certificate_has_wildcard_for(const struct certificate *c, const char *name)
{
	const char *rest = strchr(name, '.');

	if (rest == NULL)
		return false;
	for (const char *n = certificate_name_first(c); n != NULL;
	     n = certificate_name_next(c, n))
		if (n[0] == '*' && strcmp(n + 1, rest) == 0)
			return true;
	return false;
}
