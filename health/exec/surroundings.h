/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_EXEC_SURROUNDINGS_H
#define EDGE_EXEC_SURROUNDINGS_H

/*
 * surroundings - the environment of a program: all it is told, and nothing of ours.
 *
 *   EDGE_ADDRESS EDGE_PORT EDGE_PROTOCOL   what is to be probed
 *   EDGE_SERVICE EDGE_SIDE EDGE_NAME       "access+federation", "external", the FQDN
 *   EDGE_MEMBER EDGE_POOL                  "edge1", the pool's FQDN
 *   EDGE_TIMEOUT                           seconds until it is killed
 *   PATH LANG                              the system's, C.UTF-8
 */
#include <edge/model.h>

#define SURROUNDINGS     11
#define SURROUNDINGS_MAX 320 /* "EDGE_MEMBER=" and the longest name */

struct surroundings {
	char texts[SURROUNDINGS][SURROUNDINGS_MAX];
	const char *env[SURROUNDINGS + 1]; /* ends with NULL */
};

void surroundings_of(const struct endpoint *e, struct surroundings *ret);

#endif
