/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * next_version - makes edge-lb-next: an edge-lb whose state is one version newer.  What
 * the linker finds here it does not take from the library.
 */
#include "state_codec.h"

const uint32_t state_version = 5;
