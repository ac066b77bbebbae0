/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_words - see probe_words.h.
 */
#include "probe_words.h"

#include <stdlib.h>
#include <string.h>

#include <edge/nearest.h>

#include "member_name.h"

static bool
port_parse(const char *text, uint16_t *ret)
{
	char *end;
	unsigned long value;

	if (*text < '0' || *text > '9')
		return false;
	value = strtoul(text, &end, 10);
	*ret = (uint16_t)value;
	return *end == '\0' && value > 0 && value < 65536;
}

/* "192.0.2.1", "192.0.2.1:443", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:443". */
static bool
place_parse(const char *text, struct addr *addr, uint16_t *port)
{
	char host[ADDR_PORT_TEXT_MAX];
	const char *from = text[0] == '[' ? text + 1 : text, *end, *rest;
	size_t n;

	if (addr_parse(text, addr))
		return true;
	end = strchr(from, text[0] == '[' ? ']' : ':');
	n = end == NULL ? sizeof host : (size_t)(end - from);
	if (n >= sizeof host)
		return false;
	memcpy(host, from, n);
	host[n] = '\0';
	rest = text[0] == '[' ? end + 1 : end;
	return addr_parse(host, addr) &&
	       (*rest == '\0' || (*rest == ':' && port_parse(rest + 1, port)));
}

static bool
address_read(
    const struct model *m, const char *text, struct probe_words *w, struct sbuf *why)
{
	if (place_parse(text, &w->addr, &w->port))
		return true;
	if (m != NULL) {
		w->member = member_name_find(m, text, why);
		return w->member != NULL;
	}
	sbuf_addf(why,
	    "'%s' is no address, and without a configuration there are no members; names "
	    "are not looked up",
	    text);
	return false;
}

static void
service_unknown(const char *word, struct sbuf *why)
{
	const char *words[2 * SERVICES + PROBES], *near;
	size_t n = 0;

	for (size_t i = 0; i < SERVICES; i++) {
		words[n++] = service_infos[i].word;
		words[n++] = service_infos[i].group;
	}
	for (int kind = PROBE_NONE + 1; kind < PROBES; kind++)
		words[n++] = probe_word((enum probe)kind);
	near = nearest(word, words, n);
	sbuf_addf(why, "there is no service and no kind of probe '%s'", word);
	if (near != NULL)
		sbuf_addf(why, "; did you mean '%s'?", near);
	else
		sbuf_addf(why, "; edgectl help probe has them all");
}

static bool
service_read(const char *said, struct probe_words *w, struct sbuf *why)
{
	const char *word = said, *slash = strchr(word, '/');
	bool any = true;
	int kind;

	w->side = -1;
	if (slash != NULL) {
		for (int side = 0; side < (int)SIDES; side++) {
			const char *name = side_kind_word((enum side_kind)side);

			if (strncmp(word, name, (size_t)(slash - word)) == 0 &&
			    name[slash - word] == '\0')
				w->side = side;
		}
		any = w->side < 0;
		if (any && strncmp(word, "kind/", 5) != 0) {
			sbuf_addf(why,
			    "'%s': before the slash stands internal, external or kind",
			    word);
			return false;
		}
		word = slash + 1;
	}
	for (unsigned i = 0; i < SERVICES && (slash == NULL || !any); i++)
		if ((strcmp(service_infos[i].word, word) == 0 ||
			strcmp(service_infos[i].group, word) == 0) &&
		    (w->side < 0 || (int)service_infos[i].side == w->side))
			w->services |= 1u << i;
	kind = probe_parse(word);
	if (w->services == 0 && any && kind > PROBE_NONE)
		w->kind = (enum probe)kind;
	if (w->services != 0 || w->kind != PROBE_NONE)
		return true;
	service_unknown(said, why);
	return false;
}

bool
probe_words_read(const struct model *m, const char *address, const char *service,
    struct probe_words *ret, struct sbuf *why)
{
	*ret = (struct probe_words){0};
	return address_read(m, address, ret, why) && service_read(service, ret, why);
}
