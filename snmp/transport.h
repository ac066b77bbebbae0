/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_SNMP_TRANSPORT_H
#define EDGE_SNMP_TRANSPORT_H

/*
 * transport - the way to the master agent over a unix socket, with a limit on every wait.
 *
 * net-snmp's own unix transport connects and sends without a limit: once a stopped
 * master's listen queue (5) is full, connect() never returns, and when both sockets are
 * full of notifications both processes wait for each other for ever.  This one takes its
 * place: connect, send and receive wait for 200 ms at most, and a send that cannot be
 * finished ends the connection, which the library then opens anew.
 */

/* Before the library's own transports are registered, that is before init_agent(). */
void transport_register(void);

#endif
