/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TABLE: the ways a member can be sick.
 *
 * SICKNESS(ID, word, speeches, text)
 *   speeches  the speeches in which it can be told from being well: others refuse it
 *             by name and are passed over by "all"
 */
SICKNESS(WELL,              "well",              ON_ALL,          "answers as a healthy one")
SICKNESS(REFUSE,            "refuse",            ON_ALL,          "the port is closed: reset, or ICMP port unreachable")
SICKNESS(HANG,              "hang",              ON_ALL,          "accepts, reads, says nothing at all, not even TLS")
SICKNESS(SLOW,              "slow",              ON_ALL,          "every answer comes late")
SICKNESS(WRONG_CERT,        "wrong-cert",        ON_TLS,          "shows a certificate for another name")
SICKNESS(EXPIRED_CERT,      "expired-cert",      ON_TLS,          "shows a certificate that has expired")
SICKNESS(ENDING_CERT,       "ending-cert",       ON_TLS,          "shows a certificate that ends in ten days and a half")
SICKNESS(EARLY_CERT,        "early-cert",        ON_TLS,          "shows a certificate that is not valid yet")
SICKNESS(OTHER_CERT,        "other-cert",        ON_TLS,          "shows a good certificate with another key than other members have")
SICKNESS(RENEWED_CERT,      "renewed-cert",      ON_TLS,          "shows a good certificate of the same key, issued later")
SICKNESS(LACKING_CERT,      "lacking-cert",      ON_TLS,          "shows a certificate without sip.fabrikam.com (inside: without its pool's name)")
SICKNESS(WILDCARD_CERT,     "wildcard-cert",     ON_TLS,          "shows a certificate for *.contoso.com (inside: *.contoso.net)")
SICKNESS(SELF_SIGNED_CERT,  "self-signed-cert",  ON_TLS,          "shows a certificate that signed itself")
SICKNESS(WEAK_CERT,         "weak-cert",         ON_TLS,          "shows a certificate with SHA-1 and a short key")
SICKNESS(TLS10,             "tls10",             ON_TLS,          "speaks TLS 1.0 and nothing newer")
SICKNESS(GARBAGE,           "garbage",           ON_ALL,          "answers the first octets with noise")
SICKNESS(GARBAGE_ANSWER,    "garbage-answer",    ON_SIP,          "TLS is well, noise inside it")
SICKNESS(CLOSE_EARLY,       "close-early",       ON_STREAM,       "closes after TLS, or instead of the first answer")
SICKNESS(SILENT,            "silent",            ON_ANSWERING,    "connection, TLS and pseudo-TLS are well, no answer follows")
SICKNESS(PRIVATE_ALTERNATE, "private-alternate", ON_TURN,         "Alternate-Server names a private address")
SICKNESS(NO_ALTERNATE,      "no-alternate",      ON_TURN,         "the 401 carries no Alternate-Server")
SICKNESS(UNAVAILABLE,       "503",               ON_SIP,          "answers 503 Service Unavailable")
SICKNESS(NEXT_HOP_DEAD,     "next-hop-dead",     ON_SIP,          "answers a REGISTER for its domain with 504 and ms-diagnostics")
SICKNESS(NEXT_HOP_HANGS,    "next-hop-hangs",    ON_SIP,          "does not answer a REGISTER for its domain, but all else")
SICKNESS(NEXT_HOP_REFUSES,  "next-hop-refuses",  ON_SIP,          "answers a REGISTER for its domain with 503, and all else well")
SICKNESS(STREAM_ERROR,      "stream-error",      ON_XMPP,         "answers the stream with an error (alive all the same)")
SICKNESS(DRIP,              "drip",              ON_DRIPPING,     "answers octet by octet, each so late as slow is")
SICKNESS(HALF,              "half",              ON_ANSWERING,    "half of each answer, never the rest")
SICKNESS(ENDLESS,           "endless",           ON_ENDLESS,      "half of each answer, and blanks for ever")
SICKNESS(OTHER,             "other",             ON_IDENTIFIED,   "answers a question that nobody asked")
SICKNESS(ELSEWHERE,         "elsewhere",         ON_DATAGRAM,     "answers from another port")
#undef SICKNESS
