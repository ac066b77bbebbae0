/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_ADDRESS_H
#define SIM_ADDRESS_H

/* address - socket addresses as text, both ways: 192.0.2.1:443, [2001:db8::1]:443. */
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#define ADDRESS_TEXT 64

socklen_t address_len(const struct sockaddr_storage *a);
/* With @with_port a port is required, otherwise there may be none. 0 or -EINVAL. */
int address_parse(const char *text, bool with_port, struct sockaddr_storage *ret);
const char *address_format(const struct sockaddr_storage *a, char text[ADDRESS_TEXT]);
/* @port in network order. */
void address_set_port(struct sockaddr_storage *address, in_port_t port);

#endif
