/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * past_version - makes edge-lb-past: an edge-lb that writes the state of before version 4,
 * in which sockets have to be registered anew.  As next_version.c.
 */
#include "state_codec.h"

const uint32_t state_version = 3;
