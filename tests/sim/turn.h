/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_TURN_H
#define SIM_TURN_H

/*
 * turn - what an A/V Edge answers to an MS-TURN message.
 *
 *   Allocate without credentials  ->  401: Realm, Nonce, Alternate-Server (who I am)
 *   Allocate with credentials     ->  success: a relayed address, the client's own
 * address Set-Active-Destination        ->  success Send                          -> Data
 * indication with the same octets (an echo: the simulator has nobody to relay to)
 *
 * Pure: which conversation it is comes as an argument.
 */
#include "kinds.h"
#include "manner.h"
#include "msturn.h"
#include "octets.h"

#include <sys/socket.h>

struct turn_scene {
	const struct manner *manner;
	enum sickness sickness;
	const struct sockaddr_storage *peer, *local;
};

/* Append the answer, if there is one, to @out. */
void turn_answer(
    const struct turn_scene *scene, const struct msturn_message *m, struct octets *out);

#endif
