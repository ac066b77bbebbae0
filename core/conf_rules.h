/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_CONF_RULES_H
#define CORE_CONF_RULES_H

/*
 * conf_rules - what must fit together in a model, one function per subject.
 *
 * A rule looks at the model for values and at the settings for "written" and for lines.
 * It says nothing about what is missing or wrong already: that was reported.
 */
#include "conf_load.h"

enum conf_rule {
#define RULE(id, ...) CONF_RULE_##id,
#include <edge/tbl/rules.h>
	CONF_RULES
};

/* What a rule about one pool needs. */
struct conf_rules {
	struct conf_load *l;
	const struct pool *p;
	const struct conf_pool *c;
	char name[MODEL_NAME_MAX + 8]; /* "pool edge.contoso.net" */
	bool hardware, dns;            /* neither: the sides do not agree (R1) */
};

/* A breach of @rule, with the number and the severity of its row. */
void conf_rules_breach(struct conf_load *l, const config_setting_t *at,
    enum conf_rule rule, const char *format, ...) edge_printf(4, 5);
/* What belongs together but is no numbered rule. */
#define conf_rules_error(l, at, ...) conf_load_say(l, at, DIAG_ERROR, 0, __VA_ARGS__)

/* "access", "av-tcp": as the services table has it. */
const char *conf_rules_service(enum service_kind kind);
/* The setting that decides a service's @key: its own if written, else the group's above.
 */
const config_setting_t *
conf_rules_at(const struct conf_rules *r, enum service_kind kind, const char *key);

void conf_rules_sides(struct conf_rules *r);    /* R1, R16, DNS mode */
void conf_rules_services(struct conf_rules *r); /* R4, R5, R8, R9, R10 */
void conf_rules_engines(struct conf_rules *r);  /* what an engine cannot do */
void conf_rules_probes(struct conf_rules *r);   /* what is asked of them */
void conf_rules_members(struct conf_rules *r);  /* R17, R19, names */
void conf_rules_places(struct conf_rules *r);   /* R2, R18, families, ports */
void conf_rules_model(struct conf_load *l);     /* R12, what concerns several pools */
void conf_rules_addresses(struct conf_load *l); /* R6, one owner per address */
void conf_rules_lb(struct conf_load *l);        /* the same, for what is written in lb */
void conf_rules_daemons(struct conf_load *l);   /* health, dns */

#endif
