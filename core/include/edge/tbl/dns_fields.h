/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TABLE: the words of a row of dns.board; a row is a zone file of a view, or the process.
 *
 * FIELD(ID, word, nature, on, text)   as in health_fields.h
 *   on      S the process (one row), Z zone file
 *
 * Append only: the order is the layout.  A change of meaning raises DNS_BOARD_ABI.
 */
FIELD(RECORDS,      "records",      GAUGE,   "Z",  "records in the file")
FIELD(WITHDRAWN,    "withdrawn",    GAUGE,   "Z",  "addresses left out because their member is not healthy")
FIELD(FAIL_OPEN,    "fail-open",    GAUGE,   "Z",  "record sets published in full because nothing is healthy")
FIELD(WRITES,       "writes",       COUNTER, "SZ", "files written")
FIELD(ERRORS,       "errors",       COUNTER, "SZ", "writes that failed; the file before stays in place")
FIELD(LAST_WRITE,   "last-write",   TIME,    "Z",  "when the file was last written")
FIELD(LAST_CHECK,   "last-check",   TIME,    "SZ", "when the plan was last compared with the file")
FIELD(FROZEN,       "frozen",       GAUGE,   "SZ", "1 while the health board is missing or stale (Z: or first verdicts are awaited): nothing changes")
#undef FIELD
