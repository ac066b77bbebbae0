/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_PROBE_AIM_H
#define CTL_PROBE_AIM_H

/*
 * probe_aim - what "edgectl probe ADDRESS SERVICE" means: which questions to whom.  Pure.
 *
 * With a configuration the questions are edge-health's own, for every endpoint that fits
 * the two words; a VIP, or an address that is no member's, is asked with the settings of
 * its service.  Without one they come from the services table and the command line.
 */
#include <edge/model.h>
#include <edge/sbuf.h>

#include "probe.h"

struct probe_wish {
	const char *address, *service;      /* the two words */
	const char *name, *domain;          /* NULL: the configuration's */
	const char *certificate, *key, *ca; /* likewise */
	const char *send, *expect;          /* likewise; patterns (edge/pattern.h) */
	const char *run_dir;                /* where helpers listen */
	struct addr source;                 /* absent: likewise */
	int64_t timeout_ns;                 /* 0: likewise */
	uint16_t port;                      /* 0: likewise */
	bool json, bare;                    /* bare: no configuration is read */
};

struct probe_aim {
	struct probe_question question; /* without its TLS context */
	/* As a member of a pool would stand there; placed: it is meaningful. */
	struct endpoint place;
	bool placed;
	struct health_conf health;
	char title[160]; /* "edge.contoso.net/edge1 internal av-tcp" */
};

/* Whether clients in the Internet are to meet it, as far as that is known. */
bool probe_aim_is_outside(const struct probe_aim *aim);
/* What is asked over. */
enum proto probe_aim_proto(const struct probe_aim *aim);

#define PROBE_AIMS_MAX 64

struct probe_aims {
	struct probe_aim at[PROBE_AIMS_MAX];
	size_t n;
};

/* @m may be NULL; @defaults count where no pool's settings do.  False, with a line in
 * @why, when the words mean nothing. */
bool probe_aim_find(const struct model *m, const struct health_conf *defaults,
    const struct probe_wish *wish, struct probe_aims *ret, struct sbuf *why);

#endif
