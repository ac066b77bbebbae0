/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_secure - handshakes, in full and resumed.
 */
#include "probe_secure.h"

#include <errno.h>

#include "probe_connect.h"
#include "probe_octets.h"

/* Sets p->tls up; false: not possible for want of memory of ours. */
static bool
begin(struct probe_run *p)
{
	const struct probe_question *q = p->question;

	p->phase = PROBE_HANDSHAKE;
	if (tls_open(q->tls, p->fd, q->name, &p->tls) != 0) {
		probe_fail(p, REASON_LOCAL, ENOMEM);
		return false;
	}
	if (q->memory != NULL)
		tls_use_memory(p->tls, q->memory, p->pulse->now);
	return true;
}

/* Being asked for a certificate that we do not have is all that there is to see. */
static bool
was_asked(const struct probe_run *p)
{
	struct tls_facts facts;

	if (!p->kind->asked_suffices || tls_context_has_certificate(p->question->tls))
		return false;
	tls_facts(p->tls, &facts);
	return facts.asked_us;
}

bool
probe_secure(struct probe_run *p)
{
	enum tls_result result;

	if (p->tls == NULL && !begin(p))
		return false;
	result = tls_handshake(p->tls);
	if (was_asked(p)) {
		probe_tell(p, STEP_SECURED, NULL, 0);
		probe_succeed(p);
		return false;
	}
	switch (result) {
	case TLS_OK:
		p->outcome.tls_ns = p->pulse->now - p->connected;
		tls_remember(p->tls, p->pulse->now);
		probe_tell(p, STEP_SECURED, NULL, 0);
		probe_watch(p, EV_READ);
		return true;
	case TLS_WANT_READ:
		probe_watch(p, EV_READ);
		break;
	case TLS_WANT_WRITE:
		probe_watch(p, EV_WRITE);
		break;
	case TLS_CLOSED:
		probe_fail(p, REASON_CLOSED_EARLY, 0);
		break;
	case TLS_ALERT:
		probe_fail(p, REASON_TLS_ALERT, (uint64_t)tls_error(p->tls));
		break;
	case TLS_FAILED:
		probe_fail(p, REASON_TLS_FAILED, (uint64_t)tls_error(p->tls));
		break;
	case TLS_ERRNO:
		probe_fail_errno(p, tls_error(p->tls));
		break;
	}
	return false;
}

bool
probe_secure_again(struct probe_run *p, enum reason reason)
{
	int64_t end = p->started + p->question->timeout_ns + p->given;

	/* Time that is up is up; and an answer, whatever it says, came over a session
	 * that was good enough for it. */
	if (p->again || p->tls == NULL || !tls_offered(p->tls) || p->n_in > 0 ||
	    reason == REASON_LOCAL || p->pulse->now >= p->deadline ||
	    p->pulse->now >= end)
		return false;
	probe_secure_distrust(p);
	probe_disconnect(p);
	p->again = true;
	p->n_out = p->sent = 0;
	p->deadline = p->pulse->now + p->question->connect_timeout_ns;
	if (p->deadline > end)
		p->deadline = end;
	probe_connect(p);
	probe_arm(p);
	return true;
}

void
probe_secure_distrust(struct probe_run *p)
{
	struct tls_memory *m = p->question->memory;

	if (m == NULL || !p->kind->tls)
		return;
	resumption_failed(&m->resumption, p->tls != NULL && tls_offered(p->tls));
	tls_memory_forget(m);
}

bool
probe_secure_wants_ticket(const struct probe_run *p)
{
	return p->tls != NULL && tls_awaits_ticket(p->tls, p->pulse->now);
}
