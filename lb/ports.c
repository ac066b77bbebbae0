/* SPDX-License-Identifier: BSD-2-Clause */
#include "ports.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RANGE_FILE    "/proc/sys/net/ipv4/ip_local_port_range"
#define RESERVED_FILE "/proc/sys/net/ipv4/ip_local_reserved_ports"
#define RANGE_LOW     32768
#define RANGE_HIGH    60999
#define TEXT_MAX      65536
#define STRIDE        7919 /* a prime: it visits all of any range it does not divide */
#define LOOKS         64   /* at reserved ports, before giving up */

static bool
is_reserved(const struct port_set *set, uint32_t port)
{
	return set->reserved[port / 64] >> port % 64 & 1;
}

static void
reserve(struct port_set *set, unsigned long first, unsigned long last)
{
	for (unsigned long port = first; port <= last && port < 65536; port++)
		set->reserved[port / 64] |= UINT64_C(1) << port % 64;
}

void
port_set_init(struct port_set *set, const char *range, const char *reserved)
{
	unsigned low, high;

	*set = (struct port_set){.low = RANGE_LOW, .high = RANGE_HIGH};
	if (sscanf(range, "%u %u", &low, &high) == 2 && low > 0 && low <= high &&
	    high < 65536) {
		set->low = (uint16_t)low;
		set->high = (uint16_t)high;
	}
	while (*reserved >= '0' && *reserved <= '9') {
		char *end;
		unsigned long first = strtoul(reserved, &end, 10), last = first;

		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		reserve(set, first, last);
		reserved = *end == ',' ? end + 1 : end;
	}
}

/* "" when there is no such file. */
static void
read_text(const char *path, char *ret, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, ret, size - 1);

	ret[n < 0 ? 0 : n] = '\0';
	if (fd >= 0)
		close(fd);
}

void
port_set_read(struct port_set *set)
{
	char range[64], *reserved = malloc(TEXT_MAX);

	read_text(RANGE_FILE, range, sizeof range);
	if (reserved != NULL)
		read_text(RESERVED_FILE, reserved, TEXT_MAX);
	port_set_init(set, range, reserved == NULL ? "" : reserved);
	free(reserved);
}

uint16_t
port_next(const struct port_set *set, struct port_turn *turn)
{
	uint32_t n = (uint32_t)set->high - set->low + 1;
	uint32_t stride = n % STRIDE == 0 ? 1 : STRIDE % n;

	for (int i = 0; i < LOOKS; i++) {
		uint32_t port;

		turn->place = (turn->place + stride) % n;
		port = set->low + turn->place;
		if (!is_reserved(set, port))
			return (uint16_t)port;
	}
	return 0;
}
