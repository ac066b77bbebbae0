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
FIELD(PACKETS_IN,       "packets-in",       COUNTER, "LE",  "datagrams from clients; 0 for TCP")
FIELD(PACKETS_OUT,      "packets-out",      COUNTER, "LE",  "datagrams to clients; 0 for TCP")
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
#undef FIELD
