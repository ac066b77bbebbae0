/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_TESTS_STATE_FIXTURE_H
#define EDGE_TESTS_STATE_FIXTURE_H

/*
 * state_fixture - a small sound state: two workers, a TCP and a UDP listener with an
 * endpoint each, a remembered client, a session that holds octets, an association.
 */
#include <string.h>
#include <sys/socket.h>

#include <edge/base.h>
#include <edge/model.h>

#include "state_records.h"

struct state_fixture {
	struct saved_process process;
	struct saved_listener tcp, udp;
	struct saved_endpoint at_tcp, at_udp;
	struct saved_affinity affinity;
	struct saved_session session;
	struct saved_assoc assoc;
	struct saved_end end;
};

static inline struct state_fixture
state_fixture(void)
{
	static const uint8_t held[] = "octets that wait";
	struct addr a = {.family = AF_INET, .bytes = {192, 0, 2, 1}};
	struct addr b = {.family = AF_INET6, .bytes = {0x20, 1, 0xd, 0xb8, [15] = 7}};
	struct state_fixture f = {
	    .process = {.release = "0.0.1",
		.workers = 2,
		.mask_v4 = 32,
		.mask_v6 = 64,
		.capabilities = 0,
		.attempts = 3,
		.count.at[LB_FIELD_REFUSED] = 5,
		.watched = {{14, 7}, {15, 8}}},
	    .tcp = {.id = 1,
		.name = "a/tcp",
		.addr = a,
		.port = 443,
		.proto = PROTO_TCP,
		.wanted = true,
		.n_fds = 2,
		.fds = {10, 11},
		.count.at[LB_FIELD_OCTETS_IN] = 1u << 31},
	    .udp = {.id = 2,
		.name = "a/udp",
		.addr = b,
		.port = 3478,
		.proto = PROTO_UDP,
		.n_fds = 2,
		.fds = {12, 13}},
	    .at_tcp = {.id = 3,
		.member_id = 30,
		.name = "m/tcp",
		.addr = a,
		.port = 443,
		.proto = PROTO_TCP,
		.kept = true},
	    .at_udp = {.id = 4,
		.member_id = 30,
		.name = "m/udp",
		.addr = b,
		.port = 3478,
		.proto = PROTO_UDP,
		.state_known = true,
		.state = 1},
	    .affinity =
		{.worker = 1, .domain = 99, .member = 30, .source = b, .ended_ns = 12345},
	    .session = {.seat = {.worker = 1,
			    .listener = 1,
			    .endpoint = 3,
			    .source = a,
			    .port = 40000,
			    .tried = 1,
			    .tried_conf = 77,
			    .timeout_ns = 1000,
			    .since_ns = 2000},
		.stage = STAGE_ENDING,
		.heard = true,
		.busy = true,
		.idle_ns = 1800,
		.half_close_ns = 60,
		.client = {.fd = 20, .ended = true, .held = held, .n_held = sizeof held},
		.member = {.fd = 21, .shut = true}},
	    .assoc = {.seat = {.worker = 1,
			  .listener = 2,
			  .endpoint = 4,
			  .source = b,
			  .port = 50000,
			  .affine = true,
			  .domain = 99,
			  .affine_source = b},
		.fd = 22,
		.kept = true,
		.idle_ns = 60,
		.scope = 2},
	    .end = {2, 2, 1, 1, 1},
	};

	return f;
}

/* As a program of @version would, whatever this one is. */
static inline void
state_fixture_write_as(struct state_fixture *f, uint32_t version, struct codec *c)
{
	codec_write(c);
	c->version = version;
	memcpy(c->octets + 8, &version, sizeof version);
#define PUT(type, function, value)                                                       \
	do {                                                                             \
		codec_begin(c, type);                                                    \
		function(c, value);                                                      \
		codec_end(c);                                                            \
	} while (0)
	PUT(RECORD_PROCESS, record_process, &f->process);
	PUT(RECORD_LISTENER, record_listener, &f->tcp);
	PUT(RECORD_LISTENER, record_listener, &f->udp);
	PUT(RECORD_ENDPOINT, record_endpoint, &f->at_tcp);
	PUT(RECORD_ENDPOINT, record_endpoint, &f->at_udp);
	PUT(RECORD_AFFINITY, record_affinity, &f->affinity);
	PUT(RECORD_SESSION, record_session, &f->session);
	PUT(RECORD_ASSOC, record_assoc, &f->assoc);
	PUT(RECORD_END, record_end, &f->end);
#undef PUT
}

static inline void
state_fixture_write(struct state_fixture *f, struct codec *c)
{
	state_fixture_write_as(f, state_version, c);
}

#endif
