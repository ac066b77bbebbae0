/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * left_engine - whether there is one: asked by every build, for one without the kernel
 * engine may follow one with it, whose program still takes the packets.
 */
#include "left.h"

#include "pins.h"

bool
left_engine(const char *pins)
{
	struct sbuf ignored;
	struct pins p;
	bool here;

	sbuf_init(&ignored, 512);
	pins_init(&p);
	here = pins_peek(&p, pins, &ignored) == 0 && pins_have(&p, PINS_MAPS);
	pins_close(&p);
	sbuf_fini(&ignored);
	return here;
}
