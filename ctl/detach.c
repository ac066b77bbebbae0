/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * detach - the verb: ends the kernel engine on this host.
 *
 * Done here and not by edge-lb, which it must also work without: after a crash, or when
 * the program that is installed cannot use what another version has left.
 */
#include "detach.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <edge/sbuf.h>

#include "daemons.h"
#include "edgectl.h"
#include "left.h"

#define WHY_MAX 4096

static bool
an_edge_lb_runs(const struct edgectl *e)
{
	struct daemon_look looks[DAEMONS];

	daemons_look(e->run_dir, looks);
	return looks[DAEMON_LB].listening;
}

static void
tell(const char *pins, const struct detached *d, bool runs)
{
	if (d->interfaces == 0 && !d->maps && runs)
		printf(
		    "there is nothing of the kernel engine in %s; an edge-lb is running, "
		    "whose programs stay\n",
		    pins);
	else if (d->interfaces == 0 && !d->maps)
		printf("nothing of the kernel engine is left: no program at an "
		       "interface, no map in %s\n",
		    pins);
	else
		printf("detached from %u interface%s; %s %s, and the kernel engine's "
		       "sessions have ended\n",
		    d->interfaces, d->interfaces == 1 ? "" : "s",
		    d->maps ? "removed the maps in" : "there were no maps in", pins);
}

/* The engine alone went on, with what it needed of this host.  Also when nothing of it is
 * left: whoever detached may have been killed before he came here. */
static int
take_back_host(
    const struct edgectl *e, const struct detached *d, bool runs, struct sbuf *why)
{
	bool nothing = d->interfaces == 0 && !d->maps;
	int err;

	if (runs && !nothing)
		printf("the host's settings and the packet filter's table stay: an "
		       "edge-lb is running\n");
	if (runs)
		return 0;
	left_settings_restore(e->run_dir);
	err = left_table_remove();
	if (err == -EPERM && nothing)
		return 0;
	if (err != 0)
		sbuf_addf(
		    why, "the packet filter's table %s: %s", LEFT_TABLE, strerror(-err));
	return err;
}

enum exit_code
detach_run(const struct edgectl *e, int argc, char **argv)
{
	struct model *m = NULL;
	struct detached d;
	struct sbuf why;
	const char *pins;
	bool runs;
	int err;

	if (argc > 2)
		return misused(argv[0], "[DIR]");
	if (argc < 2) {
		m = model_read(e, false);
		if (m == NULL) {
			complain("without a configuration, say where lb.kernel.pins was: "
				 "edgectl detach DIR");
			return EXIT_WRONG;
		}
	}
	runs = an_edge_lb_runs(e);
	pins = m != NULL ? m->lb.kernel.pins : argv[1];
	sbuf_init(&why, WHY_MAX);
	err = kernel_detach(pins, runs, &d, &why);
	if (err == 0)
		err = take_back_host(e, &d, runs, &why);
	if (err == 0)
		tell(pins, &d, runs);
	else
		complain("%s", sbuf_text(&why));
	sbuf_fini(&why);
	model_free(&m);
	return err == 0 ? EXIT_DONE : EXIT_NOT_DONE;
}
