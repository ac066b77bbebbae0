/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_PICTURE_H
#define CTL_PICTURE_H

/*
 * picture - everything status shows, taken once: the model joined with the boards.
 *
 * Table and JSON are both drawn from a picture, so that they cannot disagree, and drawing
 * needs no board, clock or socket.  Words of boards are copied raw.  A picture borrows
 * the model, which must outlive it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/board.h>
#include <edge/boards.h>
#include <edge/model.h>
#include <edge/state.h>

#define DAEMON_WORDS(X)                                                                  \
	X(DAEMON_HEALTH, "edge-health")                                                  \
	X(DAEMON_LB, "edge-lb")                                                          \
	X(DAEMON_DNSLB, "edge-dnslb")                                                    \
	X(DAEMON_SNMP, "edge-snmp")
WORDS_DECLARE(daemon, DAEMONS, DAEMON_WORDS);

/* "no-board": edge-snmp, which writes none. */
#define BOARD_CONDITION_WORDS(X)                                                         \
	X(BOARD_FRESH, "fresh")                                                          \
	X(BOARD_STALE, "stale")                                                          \
	X(BOARD_MISSING, "missing")                                                      \
	X(BOARD_FORBIDDEN, "forbidden")                                                  \
	X(BOARD_NONE, "no-board")
WORDS_DECLARE(board_condition, BOARD_CONDITIONS, BOARD_CONDITION_WORDS);

/* What a look at the run directory says about one daemon (daemons.h). */
struct daemon_look {
	bool listening; /* somebody accepts on its control socket */
	bool forbidden; /* its socket or board exists, but not for us */
};

struct picture_daemon {
	enum daemon daemon;
	bool needed; /* the configuration gives it something to do */
	bool listening;
	enum board_condition board;
	int64_t beat_age_ns; /* FRESH and STALE only, as all below */
	int64_t up_ns;
	uint64_t conf_hash;
	bool conf_same; /* it runs what the file says */
};

struct picture_endpoint {
	const struct endpoint *endpoint;
	struct state state;
	bool has_health, has_lb; /* its rows exist */
	uint64_t health[HEALTH_FIELDS];
	uint64_t lb[LB_FIELDS];
};

struct picture_member {
	const struct member *member;
	struct state state;
	uint64_t sessions;
	bool has_health;
	uint64_t health[HEALTH_FIELDS];
	struct picture_endpoint *endpoints; /* of pool's endpoints, which are by member */
	size_t n_endpoints;
	size_t n_lost; /* endpoints that take nothing new though nobody asked for that */
	const struct picture_endpoint *first_lost; /* NULL: none */
	/* It is the member, not a service: all endpoints are lost for one reason, or
	 * edge-health has taken it out of every service. */
	bool member_lost;
};

/* One line of the services table: a listener, or in DNS mode what would be one. */
struct picture_service {
	const struct pool *pool;
	const struct listener *listener; /* NULL in DNS mode */
	const struct service *service;
	enum side_kind side;
	uint32_t services;
	enum family family;
	uint16_t port;
	enum proto proto;
	struct picture_endpoint **endpoints; /* in member order */
	size_t n_endpoints;
	size_t n_up, n_new; /* that are up and take new sessions; that take them at all */
	bool has_lb, has_health; /* the listener's rows exist */
	uint64_t lb[LB_FIELDS];
	uint64_t health[HEALTH_FIELDS]; /* what was seen through the VIP */
};

struct picture_pool {
	const struct pool *pool;
	struct picture_member *members;
	size_t n_members, n_up; /* n_up: are up and take new sessions */
	struct picture_endpoint *endpoints;
	size_t n_endpoints;
	struct picture_service *services;
	size_t n_services;
	uint64_t sessions;
	bool has_health;
	uint64_t health[HEALTH_FIELDS];
};

struct picture {
	struct arena *arena;
	const struct model *model;
	int64_t now_boot_ns;
	int64_t now_wall_s;
	struct picture_daemon daemons[DAEMONS];
	struct picture_pool *pools;
	size_t n_members, n_members_up;
	uint64_t sessions;
	bool has_lb, has_dns; /* the process rows exist */
	uint64_t lb[LB_FIELDS];
	uint64_t dns[DNS_FIELDS]; /* process row; zones are added up into it */
	size_t n_zones;
};

struct picture_boards {
	struct board_reader *health, *lb, *dns;
};

/* NULL without memory.  @looks has DAEMONS entries. */
struct picture *picture_new(const struct model *m, const struct picture_boards *boards,
    const struct daemon_look *looks, int64_t now_boot_ns, int64_t now_wall_s);
void picture_free(struct picture **pp);

/* Whether the configuration gives it something to do. */
bool picture_daemon_is_needed(const struct model *m, enum daemon d);
/* True when every daemon that is needed beats and answers. */
bool picture_is_current(const struct picture *p);

#endif
