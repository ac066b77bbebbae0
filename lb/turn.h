/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_TURN_H
#define LB_TURN_H

/*
 * turn - the one MS-TURN message that the balancer must recognise.
 *
 * An Allocate error response that carries 401 or 300 names an Alternate-Server, and a
 * client that reads it goes on from the same port to the member's own address ([MS-TURN]
 * 3.1.  "MUST" over UDP).  From then on the conversation is not ours.
 *
 * Pure; the octets come from the network.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool turn_sends_client_away(const uint8_t *octets, size_t n);

#endif
