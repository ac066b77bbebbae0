/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kind_exec - asks for a run of the endpoint's program and judges how it ended.
 *
 * Evidence is what the program says: its exit status, and that its time was not enough.
 * That it could not be started, was killed, or that nobody is there to run it, says
 * nothing about the member.
 */
#include "kind_exec.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <edge/peer.h>
#include <edge/program.h>

#include "wire.h"

_Static_assert(WIRE_SAID_MAX <= OUTCOME_SAID_MAX, "what is said fits");

static void
say(struct probe_run *p, const char *text)
{
	snprintf(p->outcome.said, sizeof p->outcome.said, "%s", text);
}

int
kind_exec_open(struct probe_run *p)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd, err;

	say(p, "edge-health-exec is not there"); /* until it answers */
	if (p->pulse->run_dir == NULL ||
	    !program_path(un.sun_path, p->pulse->run_dir, WIRE_NAME, WIRE_SUFFIX))
		return -ENOENT;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	err = connect(fd, (struct sockaddr *)&un, sizeof un) == 0 ? 0 : -errno;
	if (err == 0 && peer_is_trusted(fd, WIRE_USER))
		return fd;
	if (err == 0) {
		/* Who answers for programs decides what is up. */
		say(p, "a stranger answers in the place of edge-health-exec");
		err = -EPERM;
	}
	close(fd);
	return err;
}

bool
kind_exec_ask(struct probe_run *p)
{
	const struct wire_request request = {
	    .endpoint = p->question->endpoint, .conf_hash = p->question->conf_hash};
	uint8_t octets[WIRE_REQUEST];

	wire_request_write(octets, &request);
	probe_say(p, octets, sizeof octets);
	return true;
}

static enum probe_look
judge(struct probe_run *p, const struct wire_answer *a)
{
	switch (a->end) {
	case WIRE_EXITED:
		return a->code == 0
			   ? probe_verdict(p, true, REASON_OK, 0)
			   : probe_verdict(p, false, REASON_PROGRAM_FAILED, a->code);
	case WIRE_TIMED_OUT:
		return probe_verdict(p, false, REASON_ANSWER_TIMEOUT, 0);
	case WIRE_NOT_STARTED:
		say(p, "the program cannot be started");
		return probe_verdict(p, false, REASON_LOCAL, a->code);
	case WIRE_KILLED:
		say(p, "the program was killed");
		return probe_verdict(p, false, REASON_LOCAL, EINTR);
	case WIRE_BUSY:
		say(p, "edge-health-exec runs too many programs");
		return probe_verdict(p, false, REASON_LOCAL, EAGAIN);
	case WIRE_UNKNOWN:
	case WIRE_ENDS:
		break;
	}
	say(p, "edge-health-exec has another configuration");
	return probe_verdict(p, false, REASON_LOCAL, ENOENT);
}

enum probe_look
kind_exec_look(struct probe_run *p)
{
	struct wire_answer a;

	/* Nothing: it ended, or does not take us for the prober. */
	if (p->n_in == 0)
		return probe_verdict(p, false, REASON_LOCAL, EPIPE);
	if (wire_answer_read(p->in, p->n_in, &a) != 0)
		return probe_verdict(p, false, REASON_LOCAL, EBADMSG);
	memcpy(p->outcome.said, a.said, sizeof a.said);
	return judge(p, &a);
}
