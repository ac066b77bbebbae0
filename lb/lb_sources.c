/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lb_sources - source addresses that this host does not have.
 *
 * They are passed over for others and cost no session while one is left, so nobody would
 * notice before the last one goes, too.  No error: keepalived may bring them later.
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lb.h"

static bool
is_missing(const struct addr *a)
{
	struct sockaddr_storage ss;
	socklen_t n = addr_to_sockaddr(a, 0, &ss);
	int fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool missing;

	if (fd < 0)
		return false;
	missing = bind(fd, (struct sockaddr *)&ss, n) != 0 && errno == EADDRNOTAVAIL;
	close(fd);
	return missing;
}

static void
remark_on_side(const struct side *side, struct sbuf *ret)
{
	for (size_t i = 0; i < side->n_source_address; i++) {
		char text[ADDR_TEXT_MAX];

		if (!is_missing(&side->source_address[i]))
			continue;
		sbuf_addf(ret, "source_address %s is on no interface: it is not used\n",
		    addr_text(&side->source_address[i], text));
	}
}

void
lb_remark_on_sources(const struct model *m, struct sbuf *ret)
{
	for (size_t p = 0; p < m->n_pools; p++)
		for (unsigned s = 0; s < SIDES; s++)
			if (m->pools[p].sides[s].balancing == BALANCING_HARDWARE)
				remark_on_side(&m->pools[p].sides[s], ret);
}
