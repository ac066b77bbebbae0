/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_DGRAM_H
#define SIM_DGRAM_H

/*
 * dgram - MS-TURN over UDP: receive, answer from the address that was asked.
 */
struct endpoint;

/* Socket options of a datagram port, before bind.  0, or -1 with errno. */
int dgram_prepare(int fd, int family);
/* Receive and answer what is there, up to a turn's worth. */
void dgram_serve(struct endpoint *e);
/* Drop the answers that still wait for their time. */
void dgram_forget(struct endpoint *e);

#endif
