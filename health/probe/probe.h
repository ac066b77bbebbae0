/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_PROBE_PROBE_H
#define EDGE_PROBE_PROBE_H

/*
 * probe - one question to one endpoint at a time, and the outcome.
 *
 *            connected         handshake done        nothing more to ask
 *   CONNECTING -----> HANDSHAKE -----> TALKING -----> HOLDING -----> IDLE
 *        |   (TLS kinds)  |  (kinds that ask) | (psom)   |             ^
 *        +----------------+-------------------+----------+-------------+
 *                 the outcome is known, in any phase: on_done()
 *
 * A kind is a row of probe_kinds[]: which transport, what to ask, how to judge.  It knows
 * no sockets; this file's owner, probe.c, knows no protocol.
 *
 * Named probe_run, because enum probe (model.h) is the word of the configuration.
 *
 * Threading: belongs to its loop.  The question, its strings, TLS context and memory are
 * borrowed until on_done() or probe_stop().
 */
#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/addr.h>
#include <edge/model.h>

#include "outcome.h"
#include "pulse.h"
#include "sip_answer.h"
#include "tls.h"
#include "turn_codec.h"

/* Enough for any answer we look at; a longer one is not the service's. */
#define PROBE_IN_MAX  8192
#define PROBE_OUT_MAX 2048

/* Where else sockets come from: the descriptor of an unconnected one, or -errno. */
struct probe_outlet {
	int (*take)(struct probe_outlet *o, enum family family, enum proto proto);
};

struct probe_question {
	enum probe kind;
	struct addr addr;
	uint16_t port;
	struct addr source;  /* absent: the kernel chooses */
	struct addrs public; /* Alternate-Server should be this; absent: not compared */
	const char *name;    /* SNI; or NULL */
	const char *domain;  /* a SIP domain of the pool: whom an XMPP stream is for */
	bool sip;            /* mtls: an authenticated peer gets OPTIONS answered */
	int64_t timeout_ns;  /* until the verdict, except for holding */
	int64_t connect_timeout_ns;   /* of the connection, and of a UDP probe in all */
	int64_t hold_ns;              /* psom */
	struct tls_context *tls;      /* for the TLS kinds */
	struct tls_memory *memory;    /* what to resume; NULL: always in full */
	const char *send, *expect;    /* udp: patterns, as configured */
	bool raw;                     /* icmp: from a raw socket */
	uint64_t endpoint, conf_hash; /* exec: whose program, of which configuration */
	/* Where what a full handshake shows is kept, by who asks; or NULL. */
	struct certificate *certificate;
	struct probe_outlet *outlet; /* NULL: sockets are opened here */
};

enum probe_phase {
	PROBE_IDLE,
	PROBE_CONNECTING,
	PROBE_HANDSHAKE,
	PROBE_TALKING,
	PROBE_HOLDING,
};

/* What somebody is told who looks over a probe's shoulder. */
enum probe_step {
	STEP_OPENED,    /* a socket sets out; n: which of the probe's, from 1 */
	STEP_CONNECTED, /* a UDP socket always is */
	STEP_SECURED,   /* as much of the TLS handshake as the kind wants */
	STEP_SENT,      /* octets, as they stand inside TLS */
	STEP_RECEIVED,  /* likewise */
	STEP_HOLDING,   /* the way is open, nothing more is asked */
};

struct probe_run;
typedef void probe_done(struct probe_run *p, const struct outcome *outcome);
/* @octets are gone when it returns.  Must not touch the probe. */
typedef void
probe_trace(struct probe_run *p, enum probe_step step, const void *octets, size_t n);

struct probe_run {
	struct pulse *pulse;
	probe_done *on_done;
	probe_trace *on_step; /* NULL: nobody looks */

	const struct probe_question *question;
	const struct probe_kind *kind;
	enum probe_phase phase;
	int fd, second; /* second: the other connecting one, or -1 */
	struct tls *tls;
	ev_io io, second_io;
	ev_timer timer;
	unsigned sockets;  /* opened so far */
	int64_t second_at; /* when the second one is due; INT64_MAX: not (any more) */
	bool again;        /* this is the second try: resuming failed */
	bool proven;       /* good; only stays to hear what can be resumed */
	int64_t started, connected, deadline;
	int64_t lag_at_start,
	    given;       /* lost time: from when on, and what came back so far */
	unsigned resent; /* UDP: sendings after the first */
	struct outcome outcome;

	uint8_t in[PROBE_IN_MAX];
	size_t n_in;
	uint8_t out[PROBE_OUT_MAX];
	size_t n_out, sent;

	/* What the kind remembers of its question. */
	struct sip_question sip;
	uint8_t transaction[TURN_TRANSACTION];
	bool greeted; /* turn-tcp: the pseudo-TLS hello was answered */
	bool settled; /* sip-register: life is proven, whatever fails from here */
	size_t skip;  /* sip-register: octets of in[] that belong to the first answer */
	bool noise;   /* turn-udp: datagrams came that were not the answer */
};

/* A kind's look at what has come so far. */
enum probe_look {
	LOOK_MORE, /* keep reading (and send what is newly in out[]) */
	LOOK_DONE, /* p->outcome holds ok, reason and detail */
};

struct probe_kind {
	enum probe id;
	enum proto proto; /* of the conversation: UDP is one of datagrams, whatever
			     carries them */
	/* Where that is no socket to the endpoint's port: a descriptor, or -errno. */
	int (*open)(struct probe_run *p);
	/* Somebody of ours asks for us, once: what fails on the way to him is local. */
	bool helper;
	bool tls;
	/* TLS without a client certificate: being asked for one is success enough. */
	bool asked_suffices;
	/* Composes the question into out[]; false: there is nothing to ask.  NULL: same.
	 */
	bool (*ask)(struct probe_run *p);
	enum probe_look (*look)(struct probe_run *p);
	/* How long the way must stay open when nothing (more) is asked; NULL: not at all.
	 */
	int64_t (*hold_ns)(const struct probe_run *p);
	const char *farewell; /* sent before closing, without waiting; or NULL */
};

/* By enum probe; the row of PROBE_NONE is empty. */
extern const struct probe_kind probe_kinds[PROBES];

void probe_init(struct probe_run *p, struct pulse *pulse, probe_done *on_done);
/* Begins; on_done() comes exactly once, never from inside this call. */
void probe_start(struct probe_run *p, const struct probe_question *q);
/* Ends without a verdict.  Any phase. */
void probe_stop(struct probe_run *p);
bool probe_running(const struct probe_run *p);

/* For kinds: sets the verdict. */
enum probe_look
probe_verdict(struct probe_run *p, bool ok, enum reason reason, uint64_t detail);
/* For kinds: appends to what is to be sent; it always fits by the kinds' own maxima. */
void probe_say(struct probe_run *p, const void *octets, size_t n);
/* For kinds: octets nobody can guess. */
void probe_random(void *octets, size_t n);

#endif
