/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a member may send to edgectl probe, as the page its terminal gets: the first octet
 * says whose language it is taken for.
 */
#include <assert.h>

#include "probe_text.h"

#include "fuzz.h"
#include "probe_decode.h"

static void
decode(struct told *t, enum speech speech, const uint8_t *octets, size_t n)
{
	static const struct probe_aim aim = {.question = {.kind = PROBE_TURN_UDP}};

	switch (speech) {
	case SPEECH_SIP:
		probe_decode_sip(t, octets, n);
		return;
	case SPEECH_XMPP:
		probe_decode_xmpp(t, octets, n);
		return;
	case SPEECH_TURN:
	case SPEECH_TURN_STREAM:
		probe_decode_turn(t, octets, n, &aim, NULL);
		return;
	case SPEECH_STUN:
		probe_decode_stun(t, octets, n);
		return;
	case SPEECH_DATAGRAM:
	case SPEECH_PROGRAM:
	case SPEECH_OTHER:
		return;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static struct told told;
	struct sbuf out;
	int lines = 0;

	if (n == 0 || n > PROBE_IN_MAX)
		return 0;
	told_begin(&told, 0, "received", "%zu octets", n);
	told.octets = octets + 1;
	told.n_octets = n - 1;
	decode(&told, (enum speech)(octets[0] % (SPEECH_PROGRAM + 1)), octets + 1, n - 1);
	sbuf_init(&out, 1u << 20);
	probe_text_step(&told, &out);
	assert(!out.failed);
	for (const char *c = sbuf_text(&out); *c != '\0'; c++) {
		assert(*c == '\n' || (*c >= 0x20 && *c < 0x7f));
		lines += *c == '\n';
	}
	/* facts are as long as ten lines at most */
	assert(lines <= 4 + PROBE_TEXT_LINES + 10 * TOLD_FACTS_MAX);
	sbuf_fini(&out);
	return 0;
}
