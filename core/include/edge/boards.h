/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_BOARDS_H
#define EDGE_BOARDS_H

/*
 * boards - the three boards: who writes them, which rows they have, what words mean.
 *
 *   health.board  edge-health   a row per pool, member, endpoint and listener
 *   lb.board      edge-lb       a row for the process, per listener and endpoint
 *   dns.board     edge-dnslb    a row for the process, per view and zone
 */
#include <edge/board.h>
#include <edge/model.h>

enum board_row_kind {
	ROW_PROCESS = 1,
	ROW_POOL,
	ROW_MEMBER,
	ROW_ENDPOINT,
	ROW_LISTENER,
	ROW_ZONE,
};

enum health_field {
#define FIELD(id, word, nature, on, text) HEALTH_FIELD_##id,
#include <edge/tbl/health_fields.h>
	HEALTH_FIELDS
};

/* The one bit of HEALTH_FIELD_FLAPS that is not for the prober alone: manual_resume, and
 * it has been down. */
#define HEALTH_FLAPS_AWAITS_OPERATOR (UINT64_C(1) << 63)

/* What a listener's row says in HEALTH_FIELD_VIP. */
#define VIP_WORDS(X)                                                                     \
	X(VIP_NOT_MEASURED, "not-measured")                                              \
	X(VIP_OK, "ok")                                                                  \
	X(VIP_FAILING, "failing")
WORDS_DECLARE(vip, VIPS, VIP_WORDS);

enum lb_field {
#define FIELD(id, word, nature, on, text) LB_FIELD_##id,
#include <edge/tbl/lb_fields.h>
	LB_FIELDS
};

enum dns_field {
#define FIELD(id, word, nature, on, text) DNS_FIELD_##id,
#include <edge/tbl/dns_fields.h>
	DNS_FIELDS
};

enum lb_listener_status {
	LB_LISTENER_OPEN = 1 << 0,   /* bound and listening, or in the kernel's maps */
	LB_LISTENER_NO_VIP = 1 << 1, /* the VIP is on no interface: a standby */
	LB_LISTENER_PAUSED = 1 << 2, /* accepting is paused */
	LB_LISTENER_KERNEL = 1 << 3, /* the kernel engine serves it, not the relay */
};

/* The id of the one ROW_PROCESS row of any board. */
#define BOARD_PROCESS_ID UINT64_C(1)

extern const struct board_spec health_board_spec;
extern const struct board_spec lb_board_spec;
extern const struct board_spec dns_board_spec;

/* A field's word ("octets-in"), for CLI and page; NULL out of range. */
const char *health_field_word(enum health_field f);
const char *lb_field_word(enum lb_field f);
const char *dns_field_word(enum dns_field f);

/* The rows of the health and lb boards for a model, malloc'ed; NULL without memory. */
struct board_row_spec *health_board_rows(const struct model *m, size_t *ret_n);
struct board_row_spec *lb_board_rows(const struct model *m, size_t *ret_n);

/* An endpoint's or member's state as a reader should take it: from the board where the
 * row exists, else unknown with the pool's assumption. */
struct state
health_state(const struct board_reader *r, uint64_t id, const struct pool *pool);

#endif
