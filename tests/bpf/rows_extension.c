/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_extension - IPv6 extension headers between the address and the ports.
 */
#include <netinet/in.h>

#include "row.h"

static void
each_extension(struct world *w)
{
	static const struct extension each[] = {{IPPROTO_HOPOPTS, 8},
	    {IPPROTO_DSTOPTS, 8}, {IPPROTO_DSTOPTS, 24}, {IPPROTO_HOPOPTS, 64}};

	world_ring(w, TLS, 1);
	for (unsigned i = 0; i < sizeof each / sizeof each[0]; i++) {
		struct spec s = tcp_in(w, TCP_SYN, 1000, 0);

		s.extensions[0] = each[i];
		forwarded(w, s, 1);
	}
}

static void
extensions_in_a_row(struct world *w)
{
	struct spec s = udp_in(w, 10), r = udp_out(w, 1, 10);

	world_ring(w, TURN, 1);
	s.extensions[0] = (struct extension){IPPROTO_HOPOPTS, 8};
	s.extensions[1] = (struct extension){IPPROTO_DSTOPTS, 16};
	r.extensions[0] = (struct extension){IPPROTO_DSTOPTS, 8};
	r.extensions[1] = (struct extension){IPPROTO_DSTOPTS, 8};
	forwarded(w, s, 1);
	returned(w, r, 1);
}

/* More than anybody sends: sent right or passed up, never something else. */
static void
extensions_without_end(struct world *w)
{
	struct spec s = tcp_in(w, TCP_SYN, 1000, 0);
	int first = 0;

	world_ring(w, TLS, 1);
	for (unsigned i = 0; i < EXTENSIONS_MAX; i++) {
		s.extensions[i] = (struct extension){IPPROTO_DSTOPTS, 8};
		first = goes_to(w, s);
		must(w, first == 1 || first == -1);
	}
	must(w, first == -1);
	drops_of_nobody(w, KM_DROP_BAD, world_drop(w, 0, KM_DROP_BAD));
	drops_are(w, TLS, KM_DROP_BAD, world_drop(w, world_row(w, TLS), KM_DROP_BAD));
}

static void
strange_extensions(struct world *w)
{
	static const uint8_t types[] = {IPPROTO_NONE, IPPROTO_ESP, 135, 139, 253};

	for (unsigned i = 0; i < sizeof types; i++) {
		struct spec s = tcp_in(w, TCP_SYN, 1000, 0);

		s.extensions[0] = (struct extension){types[i], 8};
		must(w, goes_to(w, s) == -1 || types[i] >= 135);
	}
	must(w, entries(w, KERNEL_MAP_FLOWS) == 0);
	drops_of_nobody(w, KM_DROP_BAD, world_drop(w, 0, KM_DROP_BAD));
	drops_are(w, TLS, KM_DROP_BAD, world_drop(w, world_row(w, TLS), KM_DROP_BAD));
}

static const struct row extension_rows[] = {
    {"extension headers go through", each_extension, ONLY_V6},
    {"several extension headers go through, both ways", extensions_in_a_row, ONLY_V6},
    {"extension headers without end are passed up", extensions_without_end, ONLY_V6},
    {"extension headers nobody can see past are passed up", strange_extensions, ONLY_V6},
};
ROWS(extension);
