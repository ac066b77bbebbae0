/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TABLE: the words of a row of lb.board.
 *
 * FIELD(ID, word, nature, on, text)   as in health_fields.h
 *   on      S the process (one row), L listener, E endpoint
 *
 * Append only: the order is the layout.  A change of meaning raises LB_BOARD_ABI.
 */
FIELD(STATUS,           "status",           GAUGE,   "SL",  "L: bits of lb_listener_status; S: view generation applied by all workers")
FIELD(SESSIONS,         "sessions",         GAUGE,   "SLE", "sessions open now")
FIELD(SESSIONS_TOTAL,   "sessions-total",   COUNTER, "SLE", "sessions begun")
FIELD(OCTETS_IN,        "octets-in",        COUNTER, "LE",  "octets from clients")
FIELD(OCTETS_OUT,       "octets-out",       COUNTER, "LE",  "octets to clients")
FIELD(PACKETS_IN,       "packets-in",       COUNTER, "LE",  "packets from clients; in the relay datagrams alone, 0 for TCP")
FIELD(PACKETS_OUT,      "packets-out",      COUNTER, "LE",  "packets to clients; likewise")
FIELD(CONNECT_FAILURES, "connect-failures", COUNTER, "LE",  "connections to a member that failed")
FIELD(RETRIES,          "retries",          COUNTER, "L",   "sessions moved to another member before the first byte")
FIELD(NO_MEMBER,        "no-member",        COUNTER, "L",   "sessions closed for want of a member")
FIELD(REFUSED,          "refused",          COUNTER, "SL",  "sessions refused: by a list or a limit, or because the balancer itself was short of something")
FIELD(IDLE_CLOSED,      "idle-closed",      COUNTER, "L",   "sessions closed by the idle timeout")
FIELD(SESSIONS_MAX,     "sessions-max",     GAUGE,   "S",   "the session limit computed at the start")
FIELD(LOOP_LAG,         "loop-lag",         GAUGE,   "S",   "longest turn of a worker's loop in the last second, ns")
FIELD(ACCEPT_PAUSES,    "accept-pauses",    COUNTER, "S",   "times accepting paused: at the limit of sessions, for want of descriptors, or because too many wait")
FIELD(WAITED,           "waited",           COUNTER, "L",   "sessions that waited: for a member's rate, a local port or a descriptor")
FIELD(WAITING,          "waiting",          GAUGE,   "L",   "sessions that wait for these now")
FIELD(LOG_LOST,         "log-lost",         COUNTER, "S",   "lines of the log of sessions that could not be written")
FIELD(RECYCLED,         "recycled",         COUNTER, "L",   "associations that made room for new ones")
FIELD(PORTS_SHORT,      "ports-short",      COUNTER, "SLE", "times no local port was left towards a member: another took the session, or it waited")
FIELD(APPLIED,          "applied",          TIME,    "S",   "when the last worker took the view of that generation (status)")
/* The kernel engine's; 0 for what the relay serves. */
FIELD(PICKS,            "picks",            COUNTER, "LE",  "times a member was picked for a client that has no session yet")
FIELD(STATELESS,        "stateless",        COUNTER, "LE",  "packets without a session, sent by their hash alone")
FIELD(UNASKED,          "unasked",          COUNTER, "LE",  "packets of members to clients who did not come through the VIP; with A/V also what they answer to probes")
FIELD(ENDED,            "ended",            COUNTER, "L",   "packets refused, because their session's member takes nothing any more")
FIELD(FRAGMENTS,        "fragments-lost",   COUNTER, "SL",  "fragments dropped, because their first had not been seen")
FIELD(BAD_PACKETS,      "bad-packets",      COUNTER, "SL",  "packets whose headers cannot be read")
FIELD(TTL,              "ttl-ended",        COUNTER, "SL",  "packets whose life ended here: answered")
FIELD(TOO_BIG,          "too-big",          COUNTER, "SL",  "packets too big for the way to the member: answered")
FIELD(ANSWERS_HELD,     "answers-held",     COUNTER, "SL",  "ICMP answers not sent, because there were too many")
FIELD(NO_ROUTE,         "no-route",         COUNTER, "SL",  "packets without a way to where they go")
FIELD(FLOWS_FULL,       "flows-full",       COUNTER, "SL",  "sessions that found no room in the flow table")
FIELD(ICMP,             "icmp",             COUNTER, "SL",  "ICMP errors translated")
FIELD(FLOWS,            "flows",            GAUGE,   "S",   "sessions in the flow table")
FIELD(FLOWS_MAX,        "flows-max",        GAUGE,   "S",   "how many it holds; 0: there is none")
#undef FIELD
