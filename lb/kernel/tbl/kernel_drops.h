/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * TABLE: what the packet path counts for each listener, mostly packets it did not send on.
 *
 * DROP(ID, word, text)   append only while KM_VERSION stays
 */
DROP(NO_MEMBER,  "no-member",  "passed up: no member may take it")
DROP(DENIED,     "denied",     "passed up: a list forbids the client")
DROP(LIMIT,      "limit",      "passed up: as many sessions as there may be")
DROP(RATE,       "rate",       "dropped: all the member may get this second has gone to it")
DROP(ENDED,      "ended",      "passed up: the flow's member takes nothing any more")
DROP(FRAGMENT,   "fragment",   "dropped: a fragment whose first has not been seen")
DROP(BAD,        "bad",        "passed up: headers that cannot be read")
DROP(TTL,        "ttl",        "answered: the packet's life ended here")
DROP(TOO_BIG,    "too-big",    "answered: the way to the member is too narrow")
DROP(ANSWERS_HELD, "answers-held", "too many ICMP answers: dropped")
DROP(NO_ROUTE,   "no-route",   "dropped: no way to where it goes")
DROP(FULL,       "full",       "not dropped: flows that found no room in the table")
DROP(ICMP,       "icmp",       "not dropped: ICMP errors translated")
#undef DROP
