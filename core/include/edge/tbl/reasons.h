/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TABLE: what the last deciding probe saw.
 *
 * REASON(ID, code, word, detail, text)
 *   code    crosses process borders and the MIB: append only, never renumber
 *   detail  what the detail word beside the reason holds: NONE, ERRNO, SIP (status),
 *           STUN (error code), ALERT (TLS alert), TLS (library reason), EXIT (status)
 */
REASON(NONE,            0, "none",             NONE,  "not probed yet")
REASON(OK,              1, "ok",               NONE,  "the probe succeeded")
REASON(CONNECT_REFUSED, 2, "connect-refused",  NONE,  "the port refused the connection")
REASON(CONNECT_TIMEOUT, 3, "connect-timeout",  NONE,  "the connection was not answered in time")
REASON(UNREACHABLE,     4, "unreachable",      ERRNO, "no way to the address")
REASON(CONNECT_ERROR,   5, "connect-error",    ERRNO, "the connection failed")
REASON(TLS_TIMEOUT,     6, "tls-timeout",      NONE,  "the TLS handshake timed out")
REASON(TLS_FAILED,      7, "tls-failed",       TLS,   "the TLS handshake failed")
REASON(TLS_ALERT,       8, "tls-alert",        ALERT, "the peer sent a TLS alert")
REASON(CLOSED_EARLY,    9, "closed-early",     NONE,  "the peer closed the connection too early")
REASON(ANSWER_TIMEOUT, 10, "answer-timeout",   NONE,  "no answer in time")
REASON(ANSWER_GARBAGE, 11, "answer-garbage",   NONE,  "the answer is not the service's protocol")
REASON(ANSWER_WRONG,   12, "answer-wrong",     STUN,  "the answer does not fit the question")
REASON(REFUSING,       13, "refusing",         SIP,   "the service refuses new work (503)")
REASON(LOCAL,          14, "local",            ERRNO, "a fault of the prober itself, no evidence")
REASON(PRIVATE_ALTERNATE, 15, "private-alternate", NONE, "Alternate-Server is not the member's public address")
REASON(PROGRAM_FAILED,    16, "program-failed",    EXIT, "the program says it is bad")
#undef REASON
