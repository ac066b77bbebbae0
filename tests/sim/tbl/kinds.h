/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TABLE: the ports an Edge member has, as the simulator names them.
 *
 * KIND(ID, word, SPEECH, CERTIFICATE, mutual)
 *   SPEECH       what is spoken once connected
 *   CERTIFICATE  which one is shown: EXTERNAL, INTERNAL or none at all
 *   mutual       asks for a client certificate and refuses strangers
 */
KIND(ACCESS,     "access",     SIP,           EXTERNAL, false)
KIND(FEDERATION, "federation", SIP,           EXTERNAL, true)
KIND(WEBCONF,    "webconf",    PSOM,          EXTERNAL, false)
KIND(AV_TCP,     "av-tcp",     TURN_STREAM,   NONE,     false)
KIND(AV_UDP,     "av-udp",     TURN_DATAGRAM, NONE,     false)
KIND(XMPP,       "xmpp",       XMPP,          EXTERNAL, false)
KIND(SIP,        "sip",        SIP,           INTERNAL, true)
KIND(MRAS,       "mras",       SIP,           INTERNAL, true)
KIND(INT_AV_TCP, "int-av-tcp", TURN_STREAM,   NONE,     false)
KIND(INT_AV_UDP, "int-av-udp", TURN_DATAGRAM, NONE,     false)
KIND(PSOM,       "psom",       PSOM,          INTERNAL, true)
#undef KIND
