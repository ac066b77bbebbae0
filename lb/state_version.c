/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state_version - the version of the state that this program writes, and the newest it
 * reads.  A file of its own, so that a test can build a program of another version.
 */
#include "state_codec.h"

const uint32_t state_version = 4;
