/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * values - one function per computed column; words that are raw need none.
 */
#include "values.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <edge/addr.h>
#include <edge/base.h>
#include <edge/certificate.h>
#include <edge/clock.h>
#include <edge/condition.h>
#include <edge/words.h>

#define TRUTH(b) ((b) ? 1u : 2u) /* TruthValue */

typedef bool (*source_call)(const struct snapshot *, const struct row *, struct value *);

void
value_set_text(struct value *v, const char *text)
{
	size_t n = strlen(text);

	v->length = n > VALUE_OCTETS_MAX ? VALUE_OCTETS_MAX : n;
	memcpy(v->octets, text, v->length);
	v->octets[v->length] = '\0';
}

static bool
text(struct value *v, const char *from)
{
	value_set_text(v, from);
	return true;
}

static bool
number(struct value *v, uint64_t n)
{
	v->number = n;
	return true;
}

/* Codes count from 0, SMI enumerations from 1. */
static bool
code(struct value *v, unsigned n)
{
	return number(v, n + 1u);
}

static bool
hash_text(struct value *v, uint64_t hash)
{
	char buf[17];

	snprintf(buf, sizeof buf, "%016llx", (unsigned long long)hash);
	return text(v, buf);
}

static bool
services(struct value *v, uint32_t mask)
{
	char buf[SERVICES_TEXT_MAX];

	return text(v, services_text(mask, buf, sizeof buf));
}

static bool
address(struct value *v, const struct addr *a)
{
	v->length = addr_family(a) == FAMILY_V4 ? 4 : 16;
	memcpy(v->octets, a->bytes, v->length);
	return true;
}

static bool
address_type(struct value *v, const struct addr *a)
{
	return number(v, addr_family(a) == FAMILY_V4 ? 1 : 2); /* ipv4(1), ipv6(2) */
}

/* BITS count from the highest bit of the first octet. */
static bool
bits(struct value *v, uint64_t word, unsigned n)
{
	v->length = (n + 7) / 8;
	memset(v->octets, 0, v->length);
	for (unsigned bit = 0; bit < n; bit++)
		if (word >> bit & 1)
			v->octets[bit / 8] =
			    (char)((unsigned char)v->octets[bit / 8] | 0x80u >> bit % 8);
	return true;
}

/* DateAndTime, UTC: year in two octets, month, day, hour, minute, second, tenths, '+', 0,
 * 0.  False for a year it has no room for. */
static bool
date(struct value *v, uint64_t wall_s)
{
	time_t at = (time_t)wall_s;
	struct tm tm;
	int year;

	if (wall_s > INT64_MAX || gmtime_r(&at, &tm) == NULL || tm.tm_year > 9999 - 1900)
		return false;
	year = tm.tm_year + 1900;
	v->length = 11;
	memcpy(v->octets,
	    (const char[]){(char)(year >> 8), (char)(year & 0xff), (char)(tm.tm_mon + 1),
		(char)tm.tm_mday, (char)tm.tm_hour, (char)tm.tm_min, (char)tm.tm_sec, 0,
		'+', 0, 0},
	    v->length);
	return true;
}

#define GETTER(name)                                                                     \
	static bool name(__attribute__((unused)) const struct snapshot *s,               \
	    __attribute__((unused)) const struct row *r,                                 \
	    __attribute__((unused)) struct value *v)

#define GET(name, expression)                                                            \
	GETTER(name)                                                                     \
	{                                                                                \
		return expression;                                                       \
	}

GET(never, false)

/* --- scalars ----------------------------------------------------------------------- */

GET(system_instance, text(v, s->model->instance))
GET(system_version, text(v, EDGE_VERSION))
GET(system_conf_hash, hash_text(v, s->model->hash))
GET(system_set_allowed, number(v, TRUTH(s->model->snmp.set)))
GET(system_loop_lag, r->in_lb &&number(v, r->lb[LB_FIELD_LOOP_LAG] / (uint64_t)NS_PER_US))
GET(system_dns_frozen, r->in_dns &&number(v, TRUTH(s->dns[DNS_FIELD_FROZEN] != 0)))
GET(notify_last, number(v, s->notify.last))
GET(notify_sent, number(v, s->notify.sent))
GET(notify_queued, number(v, s->notify.queued))
GET(notify_suppressed, number(v, s->notify.suppressed))

/* --- boards ------------------------------------------------------------------------ */

static const struct board_look *
board_of(const struct snapshot *s, const struct row *r)
{
	return &s->boards[r->of.board];
}

GET(board_name, text(v, snapshot_boards[r->of.board]->name))
GET(board_present, number(v, TRUTH(board_of(s, r)->present)))
GET(board_stale, board_of(s, r)->present &&number(v, TRUTH(board_of(s, r)->stale)))

GETTER(board_age)
{
	const struct board_look *b = board_of(s, r);

	return b->present && number(v, (uint64_t)(b->age_ns / NS_PER_MS));
}

GET(board_conf_hash, board_of(s, r)->present &&hash_text(v, board_of(s, r)->conf_hash))
GET(board_started, board_of(s, r)->present &&number(v, board_of(s, r)->started_ns))
GET(board_discontinuity,
    board_of(s, r)->present &&number(v, board_of(s, r)->discontinuity_ns))

/* --- what members and endpoints share ---------------------------------------------- */

static struct state
state_of(const struct row *r)
{
	return state_unpack(r->health[HEALTH_FIELD_STATE]);
}

GETTER(row_summary)
{
	const struct state st = state_of(r);

	return text(v, state_summary(&st));
}

GET(row_health, code(v, state_of(r).health))

GETTER(row_use)
{
	const struct state st = state_of(r);

	return code(v, state_use(&st));
}

GET(row_admin, code(v, state_of(r).admin))
GET(row_reason, code(v, state_of(r).reason))

/* What the detail word adds to the reason, as text into @buf; "" when nothing. */
static const char *
detail_text(enum reason reason, uint64_t detail, char *buf, size_t size)
{
	const unsigned long n = (unsigned long)detail;

	buf[0] = '\0';
	if (detail == 0)
		return buf;
	switch (reason_detail_kind(reason)) {
	case REASON_DETAIL_NONE:
		break;
	case REASON_DETAIL_ERRNO:
		snprintf(buf, size, " (%s)", strerror((int)(n & INT32_MAX)));
		break;
	case REASON_DETAIL_SIP:
		if (n != 503) /* the text says so already */
			snprintf(buf, size, " (SIP %lu)", n);
		break;
	case REASON_DETAIL_STUN:
		snprintf(buf, size, " (STUN error %lu)", n);
		break;
	case REASON_DETAIL_ALERT:
		snprintf(buf, size, " (alert %lu)", n);
		break;
	case REASON_DETAIL_TLS:
		snprintf(buf, size, " (TLS library reason %lu)", n);
		break;
	case REASON_DETAIL_EXIT:
		snprintf(buf, size, " (exit %lu)", n);
		break;
	}
	return buf;
}

GETTER(row_reason_text)
{
	const enum reason reason = state_of(r).reason;
	char buf[VALUE_OCTETS_MAX + 1], detail[128];

	snprintf(buf, sizeof buf, "%s%s", reason_text(reason),
	    detail_text(reason, r->health[HEALTH_FIELD_DETAIL], detail, sizeof detail));
	return text(v, buf);
}

GET(row_since, number(v, (uint64_t)state_of(r).since_s *(uint64_t)NS_PER_S))
GET(row_conditions,
    r->in_health &&bits(v, r->health[HEALTH_FIELD_CONDITIONS], CONDITIONS))
GET(row_sessions, r->has_sessions &&number(v, r->sessions))

/* --- pools ------------------------------------------------------------------------- */

GET(pool_name, text(v, r->of.pool->fqdn))
GET(pool_product, code(v, r->of.pool->product))

GETTER(pool_balancing)
{
	return code(v, r->of.pool->sides[SIDE_EXTERNAL].balancing); /* both, by rule R1 */
}

GET(pool_members, number(v, r->of.pool->n_members))
GET(pool_minimum, number(v, (uint64_t)r->of.pool->health.minimum_members))

/* --- members ----------------------------------------------------------------------- */

GET(member_name, text(v, r->of.member->name))
GET(member_pool_name, text(v, r->of.member->pool->fqdn))
GET(member_fqdn, text(v, r->of.member->fqdn))
GET(member_weight, number(v, r->of.member->weight))
GET(member_backup, number(v, TRUTH(r->of.member->backup)))

/* --- listeners --------------------------------------------------------------------- */

GET(listener_name, text(v, r->of.listener->full_name))
GET(listener_side, code(v, r->of.listener->side))
GET(listener_service, code(v, r->of.listener->service->kind))
GET(listener_services, services(v, r->of.listener->services))
GET(listener_address_type, address_type(v, &r->of.listener->addr))
GET(listener_address, address(v, &r->of.listener->addr))
GET(listener_port, number(v, r->of.listener->port))
GET(listener_protocol, code(v, r->of.listener->proto))

GET(listener_status, r->in_lb &&bits(v, r->lb[LB_FIELD_STATUS], 8))

/* --- endpoints --------------------------------------------------------------------- */

GET(endpoint_name, text(v, r->of.endpoint->full_name))
GET(endpoint_pool_name, text(v, r->of.endpoint->member->pool->fqdn))
GET(endpoint_member_name, text(v, r->of.endpoint->member->name))
GET(endpoint_side, code(v, r->of.endpoint->side))
GET(endpoint_service, code(v, r->of.endpoint->service->kind))
GET(endpoint_services, services(v, r->of.endpoint->services))
GET(endpoint_address_type, address_type(v, &r->of.endpoint->addr))
GET(endpoint_address, address(v, &r->of.endpoint->addr))
GET(endpoint_port, number(v, r->of.endpoint->port))
GET(endpoint_protocol, code(v, r->of.endpoint->proto))
GET(endpoint_probe, code(v, r->of.endpoint->service->probe))

GETTER(endpoint_last_reason)
{
	const uint64_t reason = r->health[HEALTH_FIELD_LAST_REASON];

	return r->in_health && code(v, reason < REASONS ? (unsigned)reason : REASON_NONE);
}

GET(endpoint_last_probe, r->in_health &&number(v, r->health[HEALTH_FIELD_LAST_PROBE]))
GET(endpoint_latency,
    r->in_health &&number(v, r->health[HEALTH_FIELD_LATENCY] / (uint64_t)NS_PER_US))
GET(endpoint_detect_bound,
    r->in_health &&number(v, r->health[HEALTH_FIELD_DETECT_BOUND] / (uint64_t)NS_PER_MS))

static bool
has_certificate(const struct row *r)
{
	return r->in_health && r->health[HEALTH_FIELD_CERT_SHA256] != 0;
}

/* A date that nobody could read is none. */
static bool
certificate_date(const struct row *r, enum health_field f, struct value *v)
{
	return has_certificate(r) && r->health[f] != 0 && date(v, r->health[f]);
}

GET(endpoint_cert_from, certificate_date(r, HEALTH_FIELD_CERT_FROM, v))
GET(endpoint_cert_until, certificate_date(r, HEALTH_FIELD_CERT_UNTIL, v))
GET(endpoint_cert_digest,
    has_certificate(r) && hash_text(v, r->health[HEALTH_FIELD_CERT_SHA256]))

GETTER(endpoint_cert_chain)
{
	const uint64_t chain = r->health[HEALTH_FIELD_CERT_CHAIN];

	return has_certificate(r) &&
	       code(v, chain < CHAINS ? (unsigned)chain : CHAIN_UNSEEN);
}

GETTER(endpoint_tls_version)
{
	return r->in_health && r->health[HEALTH_FIELD_TLS_VERSION] != 0 &&
	       text(v, tls_word(r->health[HEALTH_FIELD_TLS_VERSION]));
}

/* --- the sources ------------------------------------------------------------------- */

enum source_from { FROM_CALL, FROM_HEALTH, FROM_LB, FROM_DNS };

struct column_source {
	enum source_from from;
	unsigned word;
	source_call call;
};

#define HEALTH(f)                                                                        \
	{                                                                                \
		.from = FROM_HEALTH, .word = HEALTH_FIELD_##f                            \
	}
#define LB(f)                                                                            \
	{                                                                                \
		.from = FROM_LB, .word = LB_FIELD_##f                                    \
	}
#define DNS(f)                                                                           \
	{                                                                                \
		.from = FROM_DNS, .word = DNS_FIELD_##f                                  \
	}
#define CALL(f)                                                                          \
	{                                                                                \
		.from = FROM_CALL, .call = f                                             \
	}

static const struct column_source sources[COLUMNS] = {
#define COLUMN(table, id, number, name, syntax, access, source) [COLUMN_##id] = source,
#include "mib_tbl.h"
};

bool
value_get(
    const struct snapshot *s, const struct row *r, enum column column, struct value *ret)
{
	const struct column_source *from = &sources[column];

	assert((unsigned)column < COLUMNS);
	*ret = (struct value){0};
	switch (from->from) {
	case FROM_CALL:
		return from->call(s, r, ret);
	case FROM_HEALTH:
		return r->in_health && number(ret, r->health[from->word]);
	case FROM_LB:
		return r->in_lb && number(ret, r->lb[from->word]);
	case FROM_DNS:
		return r->in_dns && number(ret, s->dns[from->word]);
	}
	return false;
}
