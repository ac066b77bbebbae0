/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_json - see probe_json.h.
 */
#include "probe_json.h"

#include <stdio.h>
#include <string.h>

#include <edge/clock.h>

#include "shown.h"

#define OCTETS_TEXT_MAX 8192 /* of one step: twice what one can be in hexadecimal */

void
probe_json_head(const struct probe_aim *aim, struct json *j)
{
	const struct probe_question *q = &aim->question;
	char text[ADDR_TEXT_MAX];

	json_object(j, NULL);
	json_string(j, "title", aim->title);
	json_string(j, "address", addr_text(&q->addr, text));
	json_uint(j, "port", q->port);
	json_string(j, "protocol", proto_word(probe_aim_proto(aim)));
	json_string(j, "kind", probe_word(q->kind));
	json_string(
	    j, "source", addr_present(&q->source) ? addr_text(&q->source, text) : NULL);
	json_string(j, "server_name", q->name);
	json_array(j, "steps");
}

/* JSON carries UTF-8 as it is, and some of it steers terminals: only ASCII is text. */
static bool
is_plain(const uint8_t *octets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (octets[i] >= 0x7f || (octets[i] < 0x20 && octets[i] != '\r' &&
					     octets[i] != '\n' && octets[i] != '\t'))
			return false;
	return true;
}

static void
write_octets(const struct told *t, struct json *j)
{
	char text[OCTETS_TEXT_MAX];
	size_t at = 0;

	if (t->octets == NULL)
		return;
	if (!is_plain(t->octets, t->n_octets)) {
		json_string(
		    j, "hex", shown_hex(t->octets, t->n_octets, text, sizeof text));
		return;
	}
	while (at < t->n_octets && at < sizeof text - 1) {
		text[at] = (char)t->octets[at];
		at++;
	}
	text[at] = '\0';
	json_string(j, "text", text);
}

void
probe_json_step(const struct told *t, struct json *j)
{
	json_object(j, NULL);
	json_uint(j, "at_us", (uint64_t)(t->at_ns / NS_PER_US));
	json_string(j, "step", t->word);
	json_string(j, "summary", t->summary);
	write_octets(t, j);
	json_array(j, "facts");
	for (size_t i = 0; i < t->n_facts; i++) {
		json_object(j, NULL);
		json_string(j, "name", t->facts[i].name);
		json_string(j, "value", t->facts[i].value);
		json_end(j);
	}
	json_end(j);
	json_end(j);
}

void
probe_json_end(const struct outcome *o, const struct advice *a, struct json *j)
{
	json_end(j); /* steps */
	json_object(j, "verdict");
	json_string(j, "grade", advice_grade_word(a->grade));
	json_string(j, "reason", reason_word(o->reason));
	json_uint(j, "detail", o->detail);
	json_string(j, "text", a->why);
	json_uint(j, "latency_us", (uint64_t)(o->latency_ns / NS_PER_US));
	json_array(j, "hints");
	for (size_t i = 0; i < a->n_hints; i++)
		json_string(j, NULL, a->hints[i]);
	json_end(j);
	json_string(j, "state", a->state);
	json_end(j);
	json_end(j);
}
