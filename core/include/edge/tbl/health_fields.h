/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TABLE: the words of a row of health.board.
 *
 * FIELD(ID, word, nature, on, text)
 *   nature  STATE, COUNTER (only grows), GAUGE, TIME (CLOCK_BOOTTIME ns), DETAIL, BITS
 *           (conditions), DATE (wall clock, s), HASH, CHAIN (certificate.h)
 *   on      which rows carry it: P pool, M member, E endpoint, L listener (what a probe
 *           through the VIP saw); 0 elsewhere
 *
 * Append only: the order is the layout.  A change of meaning raises HEALTH_BOARD_ABI.
 */
FIELD(STATE,         "state",         STATE,   "ME",  "the state word: state.h")
FIELD(DETAIL,        "detail",        DETAIL,  "E",   "what the reason's detail column says")
FIELD(LATENCY,       "latency",       GAUGE,   "EL",  "duration of the last finished probe, ns")
FIELD(LAST_PROBE,    "last-probe",    TIME,    "EL",  "when the last probe finished")
FIELD(PROBES,        "probes",        COUNTER, "PMEL", "probes finished")
FIELD(FAILURES,      "failures",      COUNTER, "PMEL", "probes that failed")
FIELD(RUN,           "run",           GAUGE,   "EL",  "how many verdicts of the same kind in a row")
FIELD(TRANSITIONS,   "transitions",   COUNTER, "ME",  "changes between up and down")
FIELD(SLOW_START,    "slow-start",    TIME,    "E",   "begin of slow start; 0: none")
FIELD(LAST_REASON,   "last-reason",   GAUGE,   "EL",  "reason code of the last finished probe")
FIELD(LAST_DETAIL,   "last-detail",   DETAIL,  "EL",  "its detail")
FIELD(MEMBERS,       "members",       GAUGE,   "P",   "members configured")
FIELD(MEMBERS_UP,    "members-up",    GAUGE,   "P",   "members that take new sessions")
FIELD(PANICS,        "panics",        COUNTER, "P",   "times all members of a service were down at once")
FIELD(PANIC_NOW,     "panic-now",     GAUGE,   "P",   "services now in panic")
FIELD(HELD,          "held",          COUNTER, "P",   "removals held back by the minimum of members")
FIELD(SERVER_VERSION,"server-version",GAUGE,   "E",   "major of 'Server: RTC/x'; 0: not seen")
FIELD(CONDITIONS,    "conditions",    BITS,    "PME", "a bit per condition that holds: conditions.h")
FIELD(DETECT_BOUND,  "detect-bound",  GAUGE,   "E",   "a failure is detected within, ns; 0: not probed")
FIELD(FLAPS,         "flaps",         DETAIL,  "E",   "the prober's memory: changes lately, hold-downs, wait for the operator")
FIELD(HELD_UNTIL,    "held-until",    TIME,    "E",   "the end of its hold-down; 0: never held")
FIELD(TALLY,         "tally",         GAUGE,   "E",   "failures that add up, while it is not down")
FIELD(LAST_FAILURE,  "last-failure",  TIME,    "E",   "when the last of them became known; 0: none")
FIELD(CERT_FROM,     "certificate-from",   DATE,  "E", "begin of the certificate last shown; 0: none was")
FIELD(CERT_UNTIL,    "certificate-until",  DATE,  "E", "its end")
FIELD(CERT_SEEN,     "certificate-seen",   DATE,  "E", "when it was read")
FIELD(CERT_SHA256,   "certificate-sha256", HASH,  "E", "the first 64 bits of its SHA-256")
FIELD(CERT_KEY,      "certificate-key",    HASH,  "E", "the same of its public key's")
FIELD(CERT_CHAIN,    "certificate-chain",  CHAIN, "E", "whether it leads to a trusted issuer")
FIELD(CERT_APART,    "certificate-apart",  DATE,  "E", "since when it differs from the other members'; 0: it does not")
FIELD(TLS_VERSION,   "tls-version",        GAUGE, "E", "of the last handshake: 769 is TLS 1.0, 772 TLS 1.3")
FIELD(VIP,                "vip",                GAUGE, "L", "how it looks through the VIP: enum vip")
FIELD(SENTINEL,      "sentinel",           GAUGE, "E", "its sentinel when last probed: 0 it has none, 1 not connected, 2 connected")
#undef FIELD
