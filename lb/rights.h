/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LB_RIGHTS_H
#define LB_RIGHTS_H

/* rights - what the calling thread may do; capabilities are per thread. */
#include <stdint.h>

/* Gives up all capabilities but these of the first 32 (a bit each), for good. */
void rights_keep(uint32_t keep);

#endif
