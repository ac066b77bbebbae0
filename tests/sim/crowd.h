/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CROWD_H
#define CROWD_H

/*
 * crowd - what clients and members of edge-crowd share.
 */
#include <netinet/in.h>
#include <stdint.h>

#define CROWD_MESSAGE 16
#define CROWD_EVENTS  256

_Noreturn void crowd_die(const char *what);
/* Of either family: a struct sockaddr_in fits into it. */
struct sockaddr_in6 crowd_address(const char *text, const char *port);
socklen_t crowd_length(const struct sockaddr_in6 *at);
/* Non-blocking, bound to @at, which need be on no interface. */
int crowd_socket(const struct sockaddr_in6 *at, int type);
void crowd_watch(int epoll, int fd, uint32_t events, uint64_t who);

/* The two roles, with main()'s arguments. */
int crowd_serve(int argc, char **argv);
int crowd_call(char **argv);

#endif
