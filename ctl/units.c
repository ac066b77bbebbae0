/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * units - see units.h.  Everything is cut, never rounded up: "59m" must not read as an
 * hour, and an age that seems to jump back is worse than one that is a little short.
 */
#include "units.h"

#include <inttypes.h>
#include <stdio.h>

#include <edge/base.h>
#include <edge/clock.h>

#define MINUTE INT64_C(60)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

const char *
units_age(int64_t s, char *buf)
{
	if (s < 0)
		s = 0;
	if (s < MINUTE)
		snprintf(buf, UNITS_MAX, "%" PRId64 "s", s);
	else if (s < HOUR)
		snprintf(buf, UNITS_MAX, "%" PRId64 "m", s / MINUTE);
	else if (s < DAY)
		snprintf(buf, UNITS_MAX, "%" PRId64 "h %02" PRId64 "m", s / HOUR,
		    s % HOUR / MINUTE);
	else if (s < 100 * DAY)
		snprintf(
		    buf, UNITS_MAX, "%" PRId64 "d %" PRId64 "h", s / DAY, s % DAY / HOUR);
	else
		snprintf(buf, UNITS_MAX, "%" PRId64 "d", s / DAY);
	return buf;
}

const char *
units_latency(int64_t ns, char *buf)
{
	if (ns < 0)
		ns = 0;
	if (ns < NS_PER_MS)
		snprintf(buf, UNITS_MAX, "%" PRId64 "us", ns / NS_PER_US);
	else if (ns < 10 * NS_PER_MS)
		snprintf(buf, UNITS_MAX, "%" PRId64 ".%" PRId64 "ms", ns / NS_PER_MS,
		    ns % NS_PER_MS / (100 * NS_PER_US));
	else if (ns < NS_PER_S)
		snprintf(buf, UNITS_MAX, "%" PRId64 "ms", ns / NS_PER_MS);
	else
		snprintf(buf, UNITS_MAX, "%" PRId64 ".%" PRId64 "s", ns / NS_PER_S,
		    ns % NS_PER_S / (100 * NS_PER_MS));
	return buf;
}

const char *
units_octets(uint64_t octets, char *buf)
{
	static const char letters[] = "KMGTPE";
	uint64_t unit = 1024;
	size_t i = 0;

	if (octets < unit) {
		snprintf(buf, UNITS_MAX, "%" PRIu64, octets);
		return buf;
	}
	while (i < countof(letters) - 2 && octets / unit >= 1024) {
		unit *= 1024;
		i++;
	}
	if (octets / unit < 10)
		snprintf(buf, UNITS_MAX, "%" PRIu64 ".%" PRIu64 "%c", octets / unit,
		    octets % unit / (unit / 10 + 1), letters[i]);
	else
		snprintf(buf, UNITS_MAX, "%" PRIu64 "%c", octets / unit, letters[i]);
	return buf;
}
