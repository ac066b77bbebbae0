/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TABLE: EDGE-POOL-MIB as the program knows it.  A test compares it with EDGE-POOL-MIB.txt
 * in both directions, so neither can change alone.
 *
 * SYNTAX(ID, "SYNTAX in the MIB", wire type)
 * TABLE(ID, number, "name without Table", indices)   0 indices: a group of scalars
 * COLUMN(TABLE, ID, number, "name", SYNTAX, ACCESS, source)
 *   ACCESS  NONE (an index), NOTIFY (in notifications only), RO, RW
 *   source  HEALTH(f), LB(f), DNS(f): the word f of the row of that board, raw;
 *           CALL(f): the function f of values.c
 * NOTIFICATION(ID, number, "name", TABLE of its row, COLUMNS...)
 *
 * In the order of the numbers: GETNEXT walks the table as it stands.
 */
#ifdef SYNTAX
SYNTAX(TEXT,          "SnmpAdminString",         OCTETS)
SYNTAX(GAUGE,         "Gauge32",                 GAUGE32)
SYNTAX(UNSIGNED,      "Unsigned32",              GAUGE32)
SYNTAX(COUNTER,       "Counter64",               COUNTER64)
SYNTAX(STAMP,         "TimeStamp",               TICKS)
SYNTAX(TRUTH,         "TruthValue",              INTEGER)
SYNTAX(ADDRESS,       "InetAddress",             OCTETS)
SYNTAX(ADDRESS_TYPE,  "InetAddressType",         INTEGER)
SYNTAX(PORT,          "InetPortNumber",          GAUGE32)
SYNTAX(INDEX,         "EdgePoolIndex",           GAUGE32)
SYNTAX(BOARD,         "EdgePoolBoard",           INTEGER)
SYNTAX(HEALTH,        "EdgePoolHealth",          INTEGER)
SYNTAX(ADMIN,         "EdgePoolAdmin",           INTEGER)
SYNTAX(USE,           "EdgePoolUse",             INTEGER)
SYNTAX(REASON,        "EdgePoolReason",          INTEGER)
SYNTAX(SIDE,          "EdgePoolSide",            INTEGER)
SYNTAX(SERVICE,       "EdgePoolService",         INTEGER)
SYNTAX(PROTO,         "EdgePoolProtocol",        INTEGER)
SYNTAX(PROBE,         "EdgePoolProbe",           INTEGER)
SYNTAX(PRODUCT,       "EdgePoolProduct",         INTEGER)
SYNTAX(BALANCING,     "EdgePoolBalancing",       INTEGER)
SYNTAX(STATUS,        "EdgePoolListenerStatus",  OCTETS)
SYNTAX(DATE,          "DateAndTime",             OCTETS)
SYNTAX(CONDITIONS,    "EdgePoolConditions",      OCTETS)
SYNTAX(CONDITION,     "EdgePoolCondition",       INTEGER)
SYNTAX(SEVERITY,      "EdgePoolSeverity",        INTEGER)
SYNTAX(CHAIN,         "EdgePoolChain",           INTEGER)
#undef SYNTAX
#endif

#ifdef TABLE
TABLE(SYSTEM,   1, "edgePoolSystem",   0)
TABLE(NOTIFY,   2, "edgePoolNotify",   0)
TABLE(BOARD,    3, "edgePoolBoard",    1)
TABLE(POOL,     4, "edgePoolPool",     1)
TABLE(MEMBER,   5, "edgePoolMember",   2)
TABLE(LISTENER, 6, "edgePoolListener", 2)
TABLE(ENDPOINT, 7, "edgePoolEndpoint", 3)
#undef TABLE
#endif

#ifdef COLUMN
COLUMN(SYSTEM,   INSTANCE,                  1,  "edgePoolInstance",                    TEXT,         RO,     CALL(system_instance))
COLUMN(SYSTEM,   VERSION,                   2,  "edgePoolVersion",                     TEXT,         RO,     CALL(system_version))
COLUMN(SYSTEM,   CONF_HASH,                 3,  "edgePoolConfHash",                    TEXT,         RO,     CALL(system_conf_hash))
COLUMN(SYSTEM,   SET_ALLOWED,               4,  "edgePoolSetAllowed",                  TRUTH,        RO,     CALL(system_set_allowed))
COLUMN(SYSTEM,   SESSIONS,                  5,  "edgePoolSessions",                    GAUGE,        RO,     LB(SESSIONS))
COLUMN(SYSTEM,   SESSIONS_MAX,              6,  "edgePoolSessionsMax",                 UNSIGNED,     RO,     LB(SESSIONS_MAX))
COLUMN(SYSTEM,   SESSIONS_TOTAL,            7,  "edgePoolSessionsTotal",               COUNTER,      RO,     LB(SESSIONS_TOTAL))
COLUMN(SYSTEM,   SESSIONS_REFUSED,          8,  "edgePoolSessionsRefused",             COUNTER,      RO,     LB(REFUSED))
COLUMN(SYSTEM,   ACCEPT_PAUSES,             9,  "edgePoolAcceptPauses",                COUNTER,      RO,     LB(ACCEPT_PAUSES))
COLUMN(SYSTEM,   LOOP_LAG,                  10, "edgePoolLoopLag",                     GAUGE,        RO,     CALL(system_loop_lag))
COLUMN(SYSTEM,   DNS_WRITES,                11, "edgePoolDnsWrites",                   COUNTER,      RO,     DNS(WRITES))
COLUMN(SYSTEM,   DNS_ERRORS,                12, "edgePoolDnsErrors",                   COUNTER,      RO,     DNS(ERRORS))
COLUMN(SYSTEM,   DNS_FROZEN,                13, "edgePoolDnsFrozen",                   TRUTH,        RO,     CALL(system_dns_frozen))
COLUMN(SYSTEM,   SESSION_LOG_LOST,          14, "edgePoolSessionLogLost",              COUNTER,      RO,     LB(LOG_LOST))
COLUMN(SYSTEM,   PORTS_SHORT,               15, "edgePoolPortsShort",                  COUNTER,      RO,     LB(PORTS_SHORT))
COLUMN(SYSTEM,   FLOWS,                     16, "edgePoolFlows",                       GAUGE,        RO,     LB(FLOWS))
COLUMN(SYSTEM,   FLOWS_MAX,                 17, "edgePoolFlowsMax",                    UNSIGNED,     RO,     LB(FLOWS_MAX))

COLUMN(NOTIFY,   NOTIFY_LAST,               1,  "edgePoolNotifyLast",                  UNSIGNED,     RO,     CALL(notify_last))
COLUMN(NOTIFY,   NOTIFY_SENT,               2,  "edgePoolNotifySent",                  COUNTER,      RO,     CALL(notify_sent))
COLUMN(NOTIFY,   NOTIFY_QUEUED,             3,  "edgePoolNotifyQueued",                GAUGE,        RO,     CALL(notify_queued))
COLUMN(NOTIFY,   NOTIFY_SUPPRESSED,         4,  "edgePoolNotifySuppressed",            COUNTER,      RO,     CALL(notify_suppressed))
COLUMN(NOTIFY,   EVENT_NUMBER,              5,  "edgePoolEventNumber",                 UNSIGNED,     NOTIFY, CALL(never))
COLUMN(NOTIFY,   EVENT_TEXT,                6,  "edgePoolEventText",                   TEXT,         NOTIFY, CALL(never))

COLUMN(NOTIFY,   EVENT_SUBJECT,             7,  "edgePoolEventSubject",                TEXT,         NOTIFY, CALL(never))
COLUMN(NOTIFY,   EVENT_CONDITION,           8,  "edgePoolEventCondition",              CONDITION,    NOTIFY, CALL(never))
COLUMN(NOTIFY,   EVENT_SEVERITY,            9,  "edgePoolEventSeverity",               SEVERITY,     NOTIFY, CALL(never))

COLUMN(BOARD,    BOARD_INDEX,               1,  "edgePoolBoardIndex",                  BOARD,        NONE,   CALL(never))
COLUMN(BOARD,    BOARD_NAME,                2,  "edgePoolBoardName",                   TEXT,         RO,     CALL(board_name))
COLUMN(BOARD,    BOARD_PRESENT,             3,  "edgePoolBoardPresent",                TRUTH,        RO,     CALL(board_present))
COLUMN(BOARD,    BOARD_STALE,               4,  "edgePoolBoardStale",                  TRUTH,        RO,     CALL(board_stale))
COLUMN(BOARD,    BOARD_AGE,                 5,  "edgePoolBoardAge",                    GAUGE,        RO,     CALL(board_age))
COLUMN(BOARD,    BOARD_CONF_HASH,           6,  "edgePoolBoardConfHash",               TEXT,         RO,     CALL(board_conf_hash))
COLUMN(BOARD,    BOARD_STARTED,             7,  "edgePoolBoardStarted",                STAMP,        RO,     CALL(board_started))
COLUMN(BOARD,    BOARD_DISCONTINUITY,       8,  "edgePoolBoardDiscontinuity",          STAMP,        RO,     CALL(board_discontinuity))

COLUMN(POOL,     POOL_INDEX,                1,  "edgePoolPoolIndex",                   INDEX,        NONE,   CALL(never))
COLUMN(POOL,     POOL_NAME,                 2,  "edgePoolPoolName",                    TEXT,         RO,     CALL(pool_name))
COLUMN(POOL,     POOL_PRODUCT,              3,  "edgePoolPoolProduct",                 PRODUCT,      RO,     CALL(pool_product))
COLUMN(POOL,     POOL_BALANCING,            4,  "edgePoolPoolBalancing",               BALANCING,    RO,     CALL(pool_balancing))
COLUMN(POOL,     POOL_MEMBERS,              5,  "edgePoolPoolMembers",                 GAUGE,        RO,     CALL(pool_members))
COLUMN(POOL,     POOL_MEMBERS_UP,           6,  "edgePoolPoolMembersUp",               GAUGE,        RO,     HEALTH(MEMBERS_UP))
COLUMN(POOL,     POOL_MINIMUM,              7,  "edgePoolPoolMinimum",                 UNSIGNED,     RO,     CALL(pool_minimum))
COLUMN(POOL,     POOL_PANIC_NOW,            8,  "edgePoolPoolPanicNow",                GAUGE,        RO,     HEALTH(PANIC_NOW))
COLUMN(POOL,     POOL_PANICS,               9,  "edgePoolPoolPanics",                  COUNTER,      RO,     HEALTH(PANICS))
COLUMN(POOL,     POOL_HELD,                 10, "edgePoolPoolHeld",                    COUNTER,      RO,     HEALTH(HELD))
COLUMN(POOL,     POOL_PROBES,               11, "edgePoolPoolProbes",                  COUNTER,      RO,     HEALTH(PROBES))
COLUMN(POOL,     POOL_FAILURES,             12, "edgePoolPoolFailures",                COUNTER,      RO,     HEALTH(FAILURES))
COLUMN(POOL,     POOL_SESSIONS,             13, "edgePoolPoolSessions",                GAUGE,        RO,     CALL(row_sessions))
COLUMN(POOL,     POOL_CONDITIONS,           14, "edgePoolPoolConditions",              CONDITIONS,   RO,     CALL(row_conditions))

COLUMN(MEMBER,   MEMBER_INDEX,              1,  "edgePoolMemberIndex",                 INDEX,        NONE,   CALL(never))
COLUMN(MEMBER,   MEMBER_NAME,               2,  "edgePoolMemberName",                  TEXT,         RO,     CALL(member_name))
COLUMN(MEMBER,   MEMBER_POOL_NAME,          3,  "edgePoolMemberPoolName",              TEXT,         RO,     CALL(member_pool_name))
COLUMN(MEMBER,   MEMBER_FQDN,               4,  "edgePoolMemberFqdn",                  TEXT,         RO,     CALL(member_fqdn))
COLUMN(MEMBER,   MEMBER_STATE,              5,  "edgePoolMemberState",                 TEXT,         RO,     CALL(row_summary))
COLUMN(MEMBER,   MEMBER_HEALTH,             6,  "edgePoolMemberHealth",                HEALTH,       RO,     CALL(row_health))
COLUMN(MEMBER,   MEMBER_USE,                7,  "edgePoolMemberUse",                   USE,          RO,     CALL(row_use))
COLUMN(MEMBER,   MEMBER_ADMIN,              8,  "edgePoolMemberAdmin",                 ADMIN,        RW,     CALL(row_admin))
COLUMN(MEMBER,   MEMBER_REASON,             9,  "edgePoolMemberReason",                REASON,       RO,     CALL(row_reason))
COLUMN(MEMBER,   MEMBER_REASON_TEXT,        10, "edgePoolMemberReasonText",            TEXT,         RO,     CALL(row_reason_text))
COLUMN(MEMBER,   MEMBER_SINCE,              11, "edgePoolMemberSince",                 STAMP,        RO,     CALL(row_since))
COLUMN(MEMBER,   MEMBER_WEIGHT,             12, "edgePoolMemberWeight",                UNSIGNED,     RO,     CALL(member_weight))
COLUMN(MEMBER,   MEMBER_BACKUP,             13, "edgePoolMemberBackup",                TRUTH,        RO,     CALL(member_backup))
COLUMN(MEMBER,   MEMBER_PROBES,             14, "edgePoolMemberProbes",                COUNTER,      RO,     HEALTH(PROBES))
COLUMN(MEMBER,   MEMBER_FAILURES,           15, "edgePoolMemberFailures",              COUNTER,      RO,     HEALTH(FAILURES))
COLUMN(MEMBER,   MEMBER_TRANSITIONS,        16, "edgePoolMemberTransitions",           COUNTER,      RO,     HEALTH(TRANSITIONS))
COLUMN(MEMBER,   MEMBER_SESSIONS,           17, "edgePoolMemberSessions",              GAUGE,        RO,     CALL(row_sessions))
COLUMN(MEMBER,   MEMBER_CONDITIONS,         18, "edgePoolMemberConditions",            CONDITIONS,   RO,     CALL(row_conditions))

COLUMN(LISTENER, LISTENER_INDEX,            1,  "edgePoolListenerIndex",               INDEX,        NONE,   CALL(never))
COLUMN(LISTENER, LISTENER_NAME,             2,  "edgePoolListenerName",                TEXT,         RO,     CALL(listener_name))
COLUMN(LISTENER, LISTENER_SIDE,             3,  "edgePoolListenerSide",                SIDE,         RO,     CALL(listener_side))
COLUMN(LISTENER, LISTENER_SERVICE,          4,  "edgePoolListenerService",             SERVICE,      RO,     CALL(listener_service))
COLUMN(LISTENER, LISTENER_SERVICES,         5,  "edgePoolListenerServices",            TEXT,         RO,     CALL(listener_services))
COLUMN(LISTENER, LISTENER_ADDRESS_TYPE,     6,  "edgePoolListenerAddressType",         ADDRESS_TYPE, RO,     CALL(listener_address_type))
COLUMN(LISTENER, LISTENER_ADDRESS,          7,  "edgePoolListenerAddress",             ADDRESS,      RO,     CALL(listener_address))
COLUMN(LISTENER, LISTENER_PORT,             8,  "edgePoolListenerPort",                PORT,         RO,     CALL(listener_port))
COLUMN(LISTENER, LISTENER_PROTOCOL,         9,  "edgePoolListenerProtocol",            PROTO,        RO,     CALL(listener_protocol))
COLUMN(LISTENER, LISTENER_STATUS,           10, "edgePoolListenerStatus",              STATUS,       RO,     CALL(listener_status))
COLUMN(LISTENER, LISTENER_SESSIONS,         11, "edgePoolListenerSessions",            GAUGE,        RO,     LB(SESSIONS))
COLUMN(LISTENER, LISTENER_SESSIONS_TOTAL,   12, "edgePoolListenerSessionsTotal",       COUNTER,      RO,     LB(SESSIONS_TOTAL))
COLUMN(LISTENER, LISTENER_OCTETS_IN,        13, "edgePoolListenerOctetsIn",            COUNTER,      RO,     LB(OCTETS_IN))
COLUMN(LISTENER, LISTENER_OCTETS_OUT,       14, "edgePoolListenerOctetsOut",           COUNTER,      RO,     LB(OCTETS_OUT))
COLUMN(LISTENER, LISTENER_PACKETS_IN,       15, "edgePoolListenerPacketsIn",           COUNTER,      RO,     LB(PACKETS_IN))
COLUMN(LISTENER, LISTENER_PACKETS_OUT,      16, "edgePoolListenerPacketsOut",          COUNTER,      RO,     LB(PACKETS_OUT))
COLUMN(LISTENER, LISTENER_CONNECT_FAILURES, 17, "edgePoolListenerConnectFailures",     COUNTER,      RO,     LB(CONNECT_FAILURES))
COLUMN(LISTENER, LISTENER_RETRIES,          18, "edgePoolListenerRetries",             COUNTER,      RO,     LB(RETRIES))
COLUMN(LISTENER, LISTENER_NO_MEMBER,        19, "edgePoolListenerNoMember",            COUNTER,      RO,     LB(NO_MEMBER))
COLUMN(LISTENER, LISTENER_REFUSED,          20, "edgePoolListenerRefused",             COUNTER,      RO,     LB(REFUSED))
COLUMN(LISTENER, LISTENER_IDLE_CLOSED,      21, "edgePoolListenerIdleClosed",          COUNTER,      RO,     LB(IDLE_CLOSED))
COLUMN(LISTENER, LISTENER_WAITED,           22, "edgePoolListenerWaited",              COUNTER,      RO,     LB(WAITED))
COLUMN(LISTENER, LISTENER_WAITING,          23, "edgePoolListenerWaiting",             GAUGE,        RO,     LB(WAITING))
COLUMN(LISTENER, LISTENER_RECYCLED,         24, "edgePoolListenerRecycled",            COUNTER,      RO,     LB(RECYCLED))
COLUMN(LISTENER, LISTENER_PORTS_SHORT,      25, "edgePoolListenerPortsShort",          COUNTER,      RO,     LB(PORTS_SHORT))
COLUMN(LISTENER, LISTENER_PICKS,            26, "edgePoolListenerPicks",               COUNTER,      RO,     LB(PICKS))
COLUMN(LISTENER, LISTENER_STATELESS,        27, "edgePoolListenerStateless",           COUNTER,      RO,     LB(STATELESS))
COLUMN(LISTENER, LISTENER_UNASKED,          28, "edgePoolListenerUnasked",             COUNTER,      RO,     LB(UNASKED))
COLUMN(LISTENER, LISTENER_ENDED,            29, "edgePoolListenerEnded",               COUNTER,      RO,     LB(ENDED))
COLUMN(LISTENER, LISTENER_FLOWS_FULL,       30, "edgePoolListenerFlowsFull",           COUNTER,      RO,     LB(FLOWS_FULL))

COLUMN(ENDPOINT, ENDPOINT_INDEX,            1,  "edgePoolEndpointIndex",               INDEX,        NONE,   CALL(never))
COLUMN(ENDPOINT, ENDPOINT_NAME,             2,  "edgePoolEndpointName",                TEXT,         RO,     CALL(endpoint_name))
COLUMN(ENDPOINT, ENDPOINT_POOL_NAME,        3,  "edgePoolEndpointPoolName",            TEXT,         RO,     CALL(endpoint_pool_name))
COLUMN(ENDPOINT, ENDPOINT_MEMBER_NAME,      4,  "edgePoolEndpointMemberName",          TEXT,         RO,     CALL(endpoint_member_name))
COLUMN(ENDPOINT, ENDPOINT_SIDE,             5,  "edgePoolEndpointSide",                SIDE,         RO,     CALL(endpoint_side))
COLUMN(ENDPOINT, ENDPOINT_SERVICE,          6,  "edgePoolEndpointService",             SERVICE,      RO,     CALL(endpoint_service))
COLUMN(ENDPOINT, ENDPOINT_SERVICES,         7,  "edgePoolEndpointServices",            TEXT,         RO,     CALL(endpoint_services))
COLUMN(ENDPOINT, ENDPOINT_ADDRESS_TYPE,     8,  "edgePoolEndpointAddressType",         ADDRESS_TYPE, RO,     CALL(endpoint_address_type))
COLUMN(ENDPOINT, ENDPOINT_ADDRESS,          9,  "edgePoolEndpointAddress",             ADDRESS,      RO,     CALL(endpoint_address))
COLUMN(ENDPOINT, ENDPOINT_PORT,             10, "edgePoolEndpointPort",                PORT,         RO,     CALL(endpoint_port))
COLUMN(ENDPOINT, ENDPOINT_PROTOCOL,         11, "edgePoolEndpointProtocol",            PROTO,        RO,     CALL(endpoint_protocol))
COLUMN(ENDPOINT, ENDPOINT_PROBE,            12, "edgePoolEndpointProbe",               PROBE,        RO,     CALL(endpoint_probe))
COLUMN(ENDPOINT, ENDPOINT_STATE,            13, "edgePoolEndpointState",               TEXT,         RO,     CALL(row_summary))
COLUMN(ENDPOINT, ENDPOINT_HEALTH,           14, "edgePoolEndpointHealth",              HEALTH,       RO,     CALL(row_health))
COLUMN(ENDPOINT, ENDPOINT_USE,              15, "edgePoolEndpointUse",                 USE,          RO,     CALL(row_use))
COLUMN(ENDPOINT, ENDPOINT_ADMIN,            16, "edgePoolEndpointAdmin",               ADMIN,        RO,     CALL(row_admin))
COLUMN(ENDPOINT, ENDPOINT_REASON,           17, "edgePoolEndpointReason",              REASON,       RO,     CALL(row_reason))
COLUMN(ENDPOINT, ENDPOINT_REASON_TEXT,      18, "edgePoolEndpointReasonText",          TEXT,         RO,     CALL(row_reason_text))
COLUMN(ENDPOINT, ENDPOINT_DETAIL,           19, "edgePoolEndpointDetail",              UNSIGNED,     RO,     HEALTH(DETAIL))
COLUMN(ENDPOINT, ENDPOINT_SINCE,            20, "edgePoolEndpointSince",               STAMP,        RO,     CALL(row_since))
COLUMN(ENDPOINT, ENDPOINT_LAST_REASON,      21, "edgePoolEndpointLastReason",          REASON,       RO,     CALL(endpoint_last_reason))
COLUMN(ENDPOINT, ENDPOINT_LAST_PROBE,       22, "edgePoolEndpointLastProbe",           STAMP,        RO,     CALL(endpoint_last_probe))
COLUMN(ENDPOINT, ENDPOINT_LATENCY,          23, "edgePoolEndpointLatency",             GAUGE,        RO,     CALL(endpoint_latency))
COLUMN(ENDPOINT, ENDPOINT_RUN,              24, "edgePoolEndpointRun",                 GAUGE,        RO,     HEALTH(RUN))
COLUMN(ENDPOINT, ENDPOINT_PROBES,           25, "edgePoolEndpointProbes",              COUNTER,      RO,     HEALTH(PROBES))
COLUMN(ENDPOINT, ENDPOINT_FAILURES,         26, "edgePoolEndpointFailures",            COUNTER,      RO,     HEALTH(FAILURES))
COLUMN(ENDPOINT, ENDPOINT_TRANSITIONS,      27, "edgePoolEndpointTransitions",         COUNTER,      RO,     HEALTH(TRANSITIONS))
COLUMN(ENDPOINT, ENDPOINT_SESSIONS,         28, "edgePoolEndpointSessions",            GAUGE,        RO,     LB(SESSIONS))
COLUMN(ENDPOINT, ENDPOINT_SESSIONS_TOTAL,   29, "edgePoolEndpointSessionsTotal",       COUNTER,      RO,     LB(SESSIONS_TOTAL))
COLUMN(ENDPOINT, ENDPOINT_OCTETS_IN,        30, "edgePoolEndpointOctetsIn",            COUNTER,      RO,     LB(OCTETS_IN))
COLUMN(ENDPOINT, ENDPOINT_OCTETS_OUT,       31, "edgePoolEndpointOctetsOut",           COUNTER,      RO,     LB(OCTETS_OUT))
COLUMN(ENDPOINT, ENDPOINT_PACKETS_IN,       32, "edgePoolEndpointPacketsIn",           COUNTER,      RO,     LB(PACKETS_IN))
COLUMN(ENDPOINT, ENDPOINT_PACKETS_OUT,      33, "edgePoolEndpointPacketsOut",          COUNTER,      RO,     LB(PACKETS_OUT))
COLUMN(ENDPOINT, ENDPOINT_CONNECT_FAILURES, 34, "edgePoolEndpointConnectFailures",     COUNTER,      RO,     LB(CONNECT_FAILURES))
COLUMN(ENDPOINT, ENDPOINT_PORTS_SHORT,      35, "edgePoolEndpointPortsShort",          COUNTER,      RO,     LB(PORTS_SHORT))
COLUMN(ENDPOINT, ENDPOINT_CONDITIONS,       36, "edgePoolEndpointConditions",          CONDITIONS,   RO,     CALL(row_conditions))
COLUMN(ENDPOINT, ENDPOINT_CERT_FROM,        37, "edgePoolEndpointCertFrom",            DATE,         RO,     CALL(endpoint_cert_from))
COLUMN(ENDPOINT, ENDPOINT_CERT_UNTIL,       38, "edgePoolEndpointCertUntil",           DATE,         RO,     CALL(endpoint_cert_until))
COLUMN(ENDPOINT, ENDPOINT_CERT_DIGEST,      39, "edgePoolEndpointCertDigest",          TEXT,         RO,     CALL(endpoint_cert_digest))
COLUMN(ENDPOINT, ENDPOINT_CERT_CHAIN,       40, "edgePoolEndpointCertChain",           CHAIN,        RO,     CALL(endpoint_cert_chain))
COLUMN(ENDPOINT, ENDPOINT_TLS_VERSION,      41, "edgePoolEndpointTlsVersion",          TEXT,         RO,     CALL(endpoint_tls_version))
COLUMN(ENDPOINT, ENDPOINT_DETECT_BOUND,     42, "edgePoolEndpointDetectBound",         GAUGE,        RO,     CALL(endpoint_detect_bound))
COLUMN(ENDPOINT, ENDPOINT_PICKS,            43, "edgePoolEndpointPicks",               COUNTER,      RO,     LB(PICKS))
COLUMN(ENDPOINT, ENDPOINT_STATELESS,        44, "edgePoolEndpointStateless",           COUNTER,      RO,     LB(STATELESS))
COLUMN(ENDPOINT, ENDPOINT_UNASKED,          45, "edgePoolEndpointUnasked",             COUNTER,      RO,     LB(UNASKED))
#undef COLUMN
#endif

#ifdef NOTIFICATION
NOTIFICATION(MEMBER_DOWN, 1, "edgePoolMemberDown", MEMBER,
    COLUMN_EVENT_NUMBER, COLUMN_MEMBER_POOL_NAME, COLUMN_MEMBER_NAME,
    COLUMN_MEMBER_HEALTH, COLUMN_MEMBER_USE, COLUMN_MEMBER_ADMIN, COLUMN_MEMBER_REASON,
    COLUMN_MEMBER_REASON_TEXT, COLUMN_EVENT_TEXT)
NOTIFICATION(MEMBER_UP, 2, "edgePoolMemberUp", MEMBER,
    COLUMN_EVENT_NUMBER, COLUMN_MEMBER_POOL_NAME, COLUMN_MEMBER_NAME,
    COLUMN_MEMBER_HEALTH, COLUMN_MEMBER_USE, COLUMN_MEMBER_ADMIN, COLUMN_MEMBER_REASON,
    COLUMN_MEMBER_REASON_TEXT, COLUMN_EVENT_TEXT)
NOTIFICATION(ENDPOINT_DOWN, 3, "edgePoolEndpointDown", ENDPOINT,
    COLUMN_EVENT_NUMBER, COLUMN_ENDPOINT_POOL_NAME, COLUMN_ENDPOINT_MEMBER_NAME,
    COLUMN_ENDPOINT_NAME, COLUMN_ENDPOINT_SERVICES, COLUMN_ENDPOINT_HEALTH,
    COLUMN_ENDPOINT_USE, COLUMN_ENDPOINT_REASON, COLUMN_ENDPOINT_REASON_TEXT,
    COLUMN_EVENT_TEXT)
NOTIFICATION(ENDPOINT_UP, 4, "edgePoolEndpointUp", ENDPOINT,
    COLUMN_EVENT_NUMBER, COLUMN_ENDPOINT_POOL_NAME, COLUMN_ENDPOINT_MEMBER_NAME,
    COLUMN_ENDPOINT_NAME, COLUMN_ENDPOINT_SERVICES, COLUMN_ENDPOINT_HEALTH,
    COLUMN_ENDPOINT_USE, COLUMN_ENDPOINT_REASON, COLUMN_ENDPOINT_REASON_TEXT,
    COLUMN_EVENT_TEXT)
NOTIFICATION(MEMBER_ADMIN_CHANGE, 5, "edgePoolMemberAdminChange", MEMBER,
    COLUMN_EVENT_NUMBER, COLUMN_MEMBER_POOL_NAME, COLUMN_MEMBER_NAME, COLUMN_MEMBER_ADMIN,
    COLUMN_MEMBER_USE, COLUMN_EVENT_TEXT)
NOTIFICATION(PANIC_START, 6, "edgePoolPanicStart", POOL,
    COLUMN_EVENT_NUMBER, COLUMN_POOL_NAME, COLUMN_POOL_PANIC_NOW, COLUMN_POOL_MEMBERS,
    COLUMN_POOL_MEMBERS_UP, COLUMN_EVENT_TEXT)
NOTIFICATION(PANIC_STOP, 7, "edgePoolPanicStop", POOL,
    COLUMN_EVENT_NUMBER, COLUMN_POOL_NAME, COLUMN_POOL_PANIC_NOW, COLUMN_POOL_MEMBERS,
    COLUMN_POOL_MEMBERS_UP, COLUMN_EVENT_TEXT)
NOTIFICATION(DATA_STALE, 8, "edgePoolDataStale", BOARD,
    COLUMN_EVENT_NUMBER, COLUMN_BOARD_NAME, COLUMN_BOARD_AGE, COLUMN_EVENT_TEXT)
NOTIFICATION(DATA_FRESH, 9, "edgePoolDataFresh", BOARD,
    COLUMN_EVENT_NUMBER, COLUMN_BOARD_NAME, COLUMN_BOARD_AGE, COLUMN_EVENT_TEXT)
NOTIFICATION(CONDITION_RAISED, 10, "edgePoolConditionRaised", NOTIFY,
    COLUMN_EVENT_NUMBER, COLUMN_EVENT_SUBJECT, COLUMN_EVENT_CONDITION,
    COLUMN_EVENT_SEVERITY, COLUMN_EVENT_TEXT)
NOTIFICATION(CONDITION_CLEARED, 11, "edgePoolConditionCleared", NOTIFY,
    COLUMN_EVENT_NUMBER, COLUMN_EVENT_SUBJECT, COLUMN_EVENT_CONDITION,
    COLUMN_EVENT_SEVERITY, COLUMN_EVENT_TEXT)
#undef NOTIFICATION
#endif
