/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TABLE: what is reported of an endpoint, member or pool beside its state.
 *
 * CONDITION(ID, bit, word, severity, text)
 *   bit       of the word "conditions" on health.board and in the MIB: append only, dense
 *   severity  NOTE (shown with -v), WARNING, MAJOR (clients suffer or soon will)
 *   text      a sentence's end, behind whose it is
 *
 * No condition removes anything: what removes is a state and has a reason.
 */
CONDITION(CERT_EXPIRING,      0, "cert-expiring",      WARNING, "the certificate ends soon")
CONDITION(CERT_EXPIRED,       1, "cert-expired",       MAJOR,   "the certificate has ended")
CONDITION(CERT_NOT_YET_VALID, 2, "cert-not-yet-valid", MAJOR,   "the certificate is not valid yet")
CONDITION(CERT_UNTRUSTED,     3, "cert-untrusted",     WARNING, "no chain of the certificate leads to a trusted issuer")
CONDITION(CERT_NAME,          4, "cert-name",          MAJOR,   "the certificate lacks a name that peers check")
CONDITION(CERT_WILDCARD,      5, "cert-wildcard",      WARNING, "a name that peers check is covered by a wildcard only")
CONDITION(CERT_RENEWING,      6, "cert-renewing",      WARNING, "the certificate differs from the other members': a renewal under way?")
CONDITION(CERT_DIFFERS,       7, "cert-differs",       MAJOR,   "the certificate differs from the other members' (R13)")
CONDITION(CERT_WEAK,          8, "cert-weak",          WARNING, "the certificate has a weak signature or a short key")
CONDITION(OLD_TLS,            9, "old-tls",            WARNING, "TLS is older than 1.2")
CONDITION(DEGRADED,          10, "degraded",           WARNING, "answers, but its next hop does not")
CONDITION(FLAPPING,          11, "flapping",           WARNING, "changes between up and down too often")
CONDITION(VIP_DISAGREES,     12, "vip-disagrees",      MAJOR,   "through the VIP it looks different than directly")
CONDITION(VIP_NOT_MEASURED,  13, "vip-not-measured",   NOTE,    "the way through the VIP is not measured")
CONDITION(PROBER_CERT,       14, "prober-cert",        MAJOR,   "the prober's own client certificate ends soon or has ended")
#undef CONDITION
