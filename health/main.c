/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * edge-health - probes every member's services in their own protocols and is the only
 * one to write their states.
 */
#include "daemon.h"

int
main(int argc, char **argv)
{
	struct program program = {.name = "edge-health"};
	struct daemon d;
	int err;

	program_start(&program, argc, argv, "probes the members and writes their states");
	err = daemon_open(&d, &program);
	if (err == 0)
		daemon_run(&d);
	daemon_close(&d);
	return err == 0 ? 0 : 2;
}
