/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TABLE: the groups and keys of the configuration.  Parser, defaults, messages, the manual
 * and the hash all come from here.
 *
 * GROUP(ID, STRUCT, path, text)     a group; STRUCT is what its values are stored in
 *
 * KEY(IN, name, TYPE, STRUCT, field, NEED, low, high, WORDS, fallback, WHEN, text)
 *   IN        the groups that have it: IN_* masks of conf_table.h
 *   TYPE      enum conf_type; low and high bound its value (seconds, length, count)
 *   NEED      REQUIRED or OPTIONAL
 *   WORDS     the word list of a WORD..., or NONE
 *   fallback  its value when it is not written, as it would be written; "" is nothing;
 *             in parentheses: what the loader works out instead, in words
 *   WHEN      NOW, or LATER: parsed and checked, without effect in this version
 *
 * MANY(... count ...)   as KEY, for pointer and count: STRUCT, field, count
 * SUB(IN, name, TYPE, NEED, ID, WHEN, text)   a group (GROUP) or a list of groups (GROUPS)
 */
#ifndef GROUP
#define GROUP(...)
#endif
#ifndef KEY
#define KEY(...)
#endif
#ifndef MANY
#define MANY(...)
#endif
#ifndef SUB
#define SUB(...)
#endif

GROUP(TOP,         model,          "",                         "The top level of the file.")
GROUP(POOL,        pool,           "pools.( )",                "One Edge pool.")
GROUP(EXTERNAL,    side,           "pools.( ).external",       "The side of the Internet.")
GROUP(INTERNAL,    side,           "pools.( ).internal",       "The side of the Front End pools.")
GROUP(ACCESS,      service,        "external.access",          "Client sign-in.")
GROUP(FEDERATION,  service,        "external.federation",      "Federation partners; on unless switched off; has the access address.")
GROUP(XMPP,        service,        "external.xmpp",            "XMPP federation; exists only if written; has the access address.")
GROUP(WEBCONF,     service,        "external.webconf",         "Web conferencing.")
GROUP(AV,          service,        "external.av",              "Media relay, TCP and UDP.")
GROUP(SIP,         service,        "internal.sip",             "SIP from and to the next hop pool.")
GROUP(MRAS,        service,        "internal.mras",            "A/V authentication.")
GROUP(INTERNAL_AV, service,        "internal.av",              "Media relay of the inner side, TCP and UDP.")
GROUP(SRV,         srv_conf,       "SERVICE.srv",              "The SRV records of a service.")
GROUP(LIMITS,      limits_conf,    "limits",                   "Limits and access control: in lb for all services, in a service for itself. 0 is no limit.")
GROUP(MEMBER,      member,         "pools.( ).members.( )",    "One Edge Server.")
GROUP(ADDRESS,     member_address, "MEMBER.access, .webconf, .av, .external", "An address behind NAT; DNS mode only.")
GROUP(LB,          lb_conf,        "lb",                       "The balancer.")
GROUP(AFFINITY,    lb_conf,        "lb.affinity",              "Sessions of one client address meet the same member.")
GROUP(LOG,         lb_conf,        "lb.log",                   "The log of sessions.")
GROUP(KERNEL,      kernel_conf,    "lb.kernel",                "The kernel engine.")
GROUP(HEALTH,      health_conf,    "health",                   "The prober: all pools.")
GROUP(OVERRIDE,    health_conf,    "POOL.health, SERVICE.health", "The same for one pool, or for one service of it.")
GROUP(TLS,         tls_conf,       "health.tls",               "The prober as a TLS client.")
GROUP(DNS,         dns_conf,       "dns",                      "The record generator.")
GROUP(POLICY,      dns_conf,       "dns.policy",               "When records change.")
GROUP(VIEW,        dns_view,       "dns.views.( )",            "A view: what one kind of resolver sees.")
GROUP(TARGET,      dns_target,     "dns.targets.( )",          "Where a zone's records go; without targets, one file per view and zone.")
GROUP(SNMP,        snmp_conf,      "snmp",                     "The publisher.")
GROUP(WEB,         web_conf,       "web",                      "The status page.")

/* --- the top level */
KEY(IN_TOP, instance, LABEL, model, instance, OPTIONAL, 1, 32, NONE, "edgepool", NOW, "names this balancer in markers, notifications and pages")
KEY(IN_TOP, lab,      BOOL,  model, lab,      OPTIONAL, 0, 1,  NONE, "false",    NOW, "a test laboratory: private addresses, NAT and one subnet for both sides are one note instead of R2 and R18")
SUB(IN_TOP, pools,    GROUPS, REQUIRED, POOL,   NOW,   "the Edge pools")
SUB(IN_TOP, lb,       GROUP,  OPTIONAL, LB,     NOW,   "the balancer")
SUB(IN_TOP, health,   GROUP,  OPTIONAL, HEALTH, NOW,   "the prober")
SUB(IN_TOP, dns,      GROUP,  OPTIONAL, DNS,    NOW,   "the record generator")
SUB(IN_TOP, snmp,     GROUP,  OPTIONAL, SNMP,   NOW,   "the publisher")
SUB(IN_TOP, web,      GROUP,  OPTIONAL, WEB,    LATER, "the status page")

/* --- a pool */
KEY(IN_POOL,  fqdn,             FQDN,     pool, fqdn,             REQUIRED, 0, 0,  NONE,    "",      NOW,   "the internal pool FQDN")
KEY(IN_POOL,  product,          WORD,     pool, product,          REQUIRED, 0, 0,  product, "",      NOW,   "what the members run")
MANY(IN_POOL, sip_domains,      FQDNS,    pool, sip_domains, n_sip_domains, REQUIRED, 1, 64, NONE,   "",      NOW, "the SIP domains served; each gets its records")
KEY(IN_POOL,  site,             TEXT,     pool, site,             OPTIONAL, 1, 64, NONE,    "",      NOW,   "its site, for people")
KEY(IN_POOL,  federation_route, BOOL,     pool, federation_route, OPTIONAL, 0, 1,  NONE,    "false", NOW,   "the one pool that outbound federation uses")
KEY(IN_POOL,  partners,         WORD_SET, pool, partners,         OPTIONAL, 0, 0,  partner, "",      NOW,   "partners that try one address only: R16 warns where they cannot fail over")
SUB(IN_POOL,  external,  GROUP,  REQUIRED, EXTERNAL, NOW, "the side of the Internet")
SUB(IN_POOL,  internal,  GROUP,  REQUIRED, INTERNAL, NOW, "the side of the Front End pools")
SUB(IN_POOL,  members,   GROUPS, REQUIRED, MEMBER,   NOW, "the Edge Servers, at most 20")
SUB(IN_POOL,  health,    GROUP,  OPTIONAL, OVERRIDE, NOW, "settings of the prober for this pool")

/* --- a side */
KEY(IN_SIDES,     balancing,      WORD,      side, balancing,      REQUIRED, 0, 0,  balancing, "",       NOW,   "\"hardware\" or \"dns\": must be the same on both sides (R1)")
KEY(IN_INTERNAL,  vip,            ADDRS,     side, vip,            OPTIONAL, 0, 0,  NONE,      "",       NOW,   "hardware mode: the virtual addresses of the internal services")
MANY(IN_SIDES,    network,        PREFIXES,  side, network, n_network, OPTIONAL, 0, 16, NONE,   "",       NOW,   "the networks of this side, for R18")
MANY(IN_SIDES,    source_address, ADDR_LIST, side, source_address, n_source_address, OPTIONAL, 0, 16, NONE, "", NOW, "own addresses for probes and for replaced client sources; without them the system chooses")
KEY(IN_SIDES,     probe,          WORD_FLAG, side, probe,          OPTIONAL, 0, 0,  side_probe, "direct", NOW,   "\"direct\": the prober reaches the members on this side; \"none\": it cannot, and does not try")
KEY(IN_INTERNAL,  outbound,       WORD_FLAG, side, outbound,       OPTIONAL, 0, 0,  outbound,  "direct", NOW, "\"vip\": SIP connections that members open inwards leave with the internal VIP (R7)")
SUB(IN_EXTERNAL,  access,     GROUP, OPTIONAL, ACCESS,      NOW, "client sign-in")
SUB(IN_EXTERNAL,  federation, GROUP, OPTIONAL, FEDERATION,  NOW, "federation; on unless switched off with enabled = false")
SUB(IN_EXTERNAL,  webconf,    GROUP, OPTIONAL, WEBCONF,     NOW, "web conferencing")
SUB(IN_EXTERNAL,  av,         GROUP, OPTIONAL, AV,          NOW, "media relay")
SUB(IN_EXTERNAL,  xmpp,       GROUP, OPTIONAL, XMPP,        NOW, "XMPP federation")
SUB(IN_INTERNAL,  sip,        GROUP, OPTIONAL, SIP,         NOW, "SIP")
SUB(IN_INTERNAL,  mras,       GROUP, OPTIONAL, MRAS,        NOW, "A/V authentication")
SUB(IN_INTERNAL,  av,         GROUP, OPTIONAL, INTERNAL_AV, NOW, "media relay, inner side")

/* --- a service */
KEY(IN_OUTER,    fqdn,             FQDN,    service, fqdn,      OPTIONAL, 0, 0,     NONE,      "(access, webconf and av need one; federation and xmpp: that of access)", NOW, "the external FQDN")
KEY(IN_SERVICES, vip,              ADDRS,   service, vip,       OPTIONAL, 0, 0,     NONE,      "(federation, xmpp: that of access; internal services: that of the side)", NOW, "hardware mode: its virtual addresses, at most one IPv4 and one IPv6")
KEY(IN_SERVICES, enabled,          BOOL,    service, enabled,   OPTIONAL, 0, 1,     NONE,      "true",        NOW,   "false: the pool does not offer it; access cannot be switched off")
KEY(IN_ONE_PORT, port,             PORT,    service, port,      OPTIONAL, 1, 65535, NONE,      "(access and webconf 443, federation and sip 5061, xmpp 5269, mras 5062)", NOW, "its TCP port, on VIP and members alike")
KEY(IN_AVS,      tcp_port,         PORT,    service, port,      OPTIONAL, 1, 65535, NONE,      "(443)",       NOW,   "its TCP port, on VIP and members alike")
KEY(IN_AVS,      udp_port,         PORT,    service, port,      OPTIONAL, 1, 65535, NONE,      "(3478)",      NOW,   "its UDP port, on VIP and members alike")
KEY(IN_SERVICES, engine,           WORD,    service, engine,    OPTIONAL, 0, 0,     engine,    "(lb.engine)", NOW, "\"relay\" in user space, \"kernel\", or \"auto\": the kernel where it can")
KEY(IN_SERVICES, algorithm,        WORD,    service, algorithm, OPTIONAL, 0, 0,     algorithm, "(least-sessions; source-hash with the kernel engine)", NOW, "how a member is picked; source-hash is Maglev")
KEY(IN_SERVICES, source,           WORD,    service, source,    OPTIONAL, 0, 0,     source,    "(external av: keep; others: replace)", NOW, "what the members see: the client's address (keep) or the balancer's (replace)")
KEY(IN_SERVICES, on_down,          WORD,    service, on_down,   OPTIONAL, 0, 0,     on_down,   "keep",        NOW,   "sessions of a member that went down: keep them, or reset them")
KEY(IN_SERVICES, idle_timeout,     SECONDS, service, idle_ns,   OPTIONAL, 1, 604800, NONE,     "(1800)",      NOW,   "a TCP session without data for so long ends; below 1800 is R8")
KEY(IN_AVS,      udp_idle_timeout, SECONDS, service, idle_ns,   OPTIONAL, 1, 86400, NONE,      "(60)",        NOW,   "the same for a UDP client; 2 until a member has answered it")
KEY(IN_SERVICES, probe,            WORD,    service, probe,     OPTIONAL, 0, 0,     probe,     "(the service's own protocol)", NOW, "how it is probed; \"tcp\" for members that are not Edge Servers; in av, the TCP port (\"tcp\" or \"none\" leave UDP unprobed, \"icmp\" and \"exec\" do for both); in access, \"sip-register\" asks the next hop, too, and reports a dead one as degraded")
KEY(IN_AVS,      udp_probe,        WORD,    service, probe,     OPTIONAL, 0, 0,     probe,     "(turn-udp)",  NOW,   "how the UDP port is probed: \"turn-udp\" (MS-TURN), \"stun\" or \"turn\" (RFC 5389, RFC 5766), \"udp\", \"icmp\", \"exec\" or \"none\"")
KEY(IN_AVS,      udp_send,         TEXT,    service, udp_send,  OPTIONAL, 1, 1000,  NONE,      "",            NOW,   "udp_probe = \"udp\": what is sent, a text or \"hex:\" and pairs of hexadecimal digits")
KEY(IN_AVS,      udp_expect,       TEXT,    service, udp_expect, OPTIONAL, 1, 1000, NONE,      "",            NOW,   "udp_probe = \"udp\": how an answer begins, likewise; ? (two in hex) is any octet, a * before all else looks anywhere in it")
KEY(IN_SERVICES, exec,             ARGV,    service, exec,      OPTIONAL, 1, 32,    NONE,      "",            NOW,   "probe = \"exec\": the program, an absolute path, and its arguments; edge-health-exec runs it with EDGE_ADDRESS, EDGE_PORT and more in its environment, and exit status 0 is good")
KEY(IN_SERVICES, affinity,         BOOL,    service, affinity,  OPTIONAL, 0, 1,     NONE,      "true",        NOW,   "sessions of a client stay on the member of its other services of this side")
SUB(IN_SRVS,     srv,    GROUP, OPTIONAL, SRV,      NOW,   "its SRV records")
SUB(IN_SERVICES, limits, GROUP, OPTIONAL, LIMITS,   NOW, "its own limits, on top of lb.limits")
SUB(IN_SERVICES, health, GROUP, OPTIONAL, OVERRIDE, NOW,   "settings of the prober for this service")

KEY(IN_SRV, priority, U16,  srv_conf, priority, OPTIONAL, 0, 65535, NONE, "0", NOW, "lowest is used first; give each pool of a domain its own (R12)")
KEY(IN_SRV, weight,   U16,  srv_conf, weight,   OPTIONAL, 0, 65535, NONE, "0", NOW, "highest is used first")
KEY(IN_SRV, target,   FQDN, srv_conf, target,   OPTIONAL, 0, 0,     NONE, "(the access FQDN inside its domain, else sip.DOMAIN)", NOW, "the host the record names; must be inside the SIP domain (R10), except for xmpp")

KEY(IN_LIMITS,  sessions_per_member,   COUNT,    limits_conf, sessions_per_member,   OPTIONAL, 0, 16000000, NONE, "0",    NOW, "sessions on one member")
KEY(IN_LIMITS,  sessions_per_listener, COUNT,    limits_conf, sessions_per_listener, OPTIONAL, 0, 16000000, NONE, "0",    NOW, "sessions of one listener")
KEY(IN_LIMITS,  sessions_per_source,   COUNT,    limits_conf, sessions_per_source,   OPTIONAL, 0, 16000000, NONE, "0",    NOW, "sessions of one client address at one listener; relay only")
KEY(IN_LIMITS,  rate_per_member,       COUNT,    limits_conf, rate_per_member,       OPTIONAL, 0, 1000000,  NONE, "0",    NOW, "new sessions per second on one member, for each service; what exceeds it goes to another member, then waits; a datagram, or anything with the kernel engine, is dropped")
KEY(IN_LIMITS,  rate_per_source,       COUNT,    limits_conf, rate_per_source,       OPTIONAL, 0, 1000000,  NONE, "0",    NOW, "new sessions per second from one client address at one listener; a second's number may come at once; relay only")
KEY(IN_LIMITS,  queue,                 COUNT,    limits_conf, queue,                 OPTIONAL, 0, 100000,   NONE, "1000", NOW, "sessions of a listener that may wait for a member's rate; when it is full accepting pauses; 0: pauses at once; relay only")
KEY(IN_LIMITS,  queue_timeout,         SECONDS,  limits_conf, queue_timeout_ns,      OPTIONAL, 0.1, 300,    NONE, "10",   NOW, "a queue that would take longer is full, too; relay only")
MANY(IN_LIMITS, allow,                 PREFIXES, limits_conf, allow, n_allow, OPTIONAL, 0, 256, NONE, "", NOW, "networks whose new sessions are taken; none: everybody's")
MANY(IN_LIMITS, deny,                  PREFIXES, limits_conf, deny, n_deny,   OPTIONAL, 0, 256, NONE, "", NOW, "networks whose new sessions are refused; checked before allow")

/* --- a member */
KEY(IN_MEMBER, name,     LABEL,          member, name,                 REQUIRED, 1, 32,  NONE, "",  NOW, "its short name")
KEY(IN_MEMBER, fqdn,     FQDN,           member, fqdn,                 REQUIRED, 0, 0,   NONE, "",  NOW, "its internal FQDN")
KEY(IN_MEMBER, internal, MEMBER_ADDRESS, member, at[ADDRESS_INTERNAL], REQUIRED, 0, 0,   NONE, "",  NOW, "its internal address; never behind NAT")
KEY(IN_MEMBER, access,   MEMBER_ADDRESS, member, at[ADDRESS_ACCESS],   OPTIONAL, 0, 0,   NONE, "",  NOW, "its Access Edge address: [ \"ADDRESS\" ] or a group")
KEY(IN_MEMBER, webconf,  MEMBER_ADDRESS, member, at[ADDRESS_WEBCONF],  OPTIONAL, 0, 0,   NONE, "",  NOW, "its web conferencing address")
KEY(IN_MEMBER, av,       MEMBER_ADDRESS, member, at[ADDRESS_AV],       OPTIONAL, 0, 0,   NONE, "",  NOW, "its A/V address, its own alone (R6)")
KEY(IN_MEMBER, external, MEMBER_ADDRESS, member, at[ADDRESS_ACCESS],   OPTIONAL, 0, 0,   NONE, "",  NOW, "instead of the three: one external address for all services")
KEY(IN_MEMBER, weight,   INT,            member, weight,               OPTIONAL, 1, 256, NONE, "100", NOW, "its share, relative to the others'")
KEY(IN_MEMBER, backup,   BOOL,           member, backup,               OPTIONAL, 0, 1,   NONE, "false", NOW, "true: takes sessions only while no other member is up")

KEY(IN_ADDRESS, address, ADDRS, member_address, address, REQUIRED, 0, 0, NONE, "", NOW, "the address on the member's interface: it is probed")
KEY(IN_ADDRESS, public,  ADDRS, member_address, public,  OPTIONAL, 0, 0, NONE, "(address)", NOW, "the address the Internet sees: it is published, and expected in Alternate-Server")

/* --- the balancer */
KEY(IN_LB,  engine,          WORD,    lb_conf, engine,             OPTIONAL, 0, 0,        engine, "relay", NOW, "the engine of all services that name none")
KEY(IN_LB,  workers,         INT,     lb_conf, workers,            OPTIONAL, 1, 64,       NONE,   "1",     NOW,   "threads that move sessions; fixed until a restart")
MANY(IN_LB, interfaces,      TEXTS,   lb_conf, interfaces, n_interfaces, OPTIONAL, 1, 15, NONE,   "",      NOW,   "interfaces of the kernel engine; without them, those the routes name")
KEY(IN_LB,  manage_host,     BOOL,    lb_conf, manage_host,        OPTIONAL, 0, 1,        NONE,   "false", NOW,   "set forwarding, rp_filter and send_redirects as kept sources need them, and restore them at the end; without it they must be right")
KEY(IN_LB,  slow_start,      SECONDS, lb_conf, slow_start_ns,      OPTIONAL, 0, 3600,     NONE,   "60",    NOW,   "how long a member that was down takes to get its full share; 0 is off, and R9 with least-sessions")
KEY(IN_LB,  connect_timeout, SECONDS, lb_conf, connect_timeout_ns, OPTIONAL, 0.1, 60,     NONE,   "3",     NOW,   "for a connection to one member; relay only")
KEY(IN_LB,  connect_retries, INT,     lb_conf, connect_retries,    OPTIONAL, 0, 8,        NONE,   "2",     NOW,   "other members tried before the first octet; relay only")
KEY(IN_LB,  half_close,      SECONDS, lb_conf, half_close_ns,      OPTIONAL, 1, 86400,    NONE,   "30",    NOW,   "idle timeout once one side has ended its half of a session")
KEY(IN_LB,  drain_timeout,   SECONDS, lb_conf, drain_timeout_ns,   OPTIONAL, 0, 604800,   NONE,   "0",     NOW,   "sessions of a drained member end after this; 0: never")
KEY(IN_LB,  sessions,        COUNT,   lb_conf, sessions,           OPTIONAL, 0, 16000000, NONE,   "0",     NOW,   "sessions of the process; 0: as many as its file limit allows, two descriptors each and a fifth for the rest; relay only")
KEY(IN_LB,  keepalive,       SECONDS, lb_conf, keepalive_ns,       OPTIONAL, 0, 86400,    NONE,   "300",   NOW,   "idle time before TCP keepalives; 0: none; relay only")
KEY(IN_LB,  user_timeout,    SECONDS, lb_conf, user_timeout_ns,    OPTIONAL, 0, 3600,     NONE,   "0",     NOW,   "how long sent data may stay unacknowledged; 0: as the system has it; relay only")
SUB(IN_LB,  affinity, GROUP, OPTIONAL, AFFINITY, NOW,   "source affinity")
SUB(IN_LB,  limits,   GROUP, OPTIONAL, LIMITS,   NOW, "limits of every service")
SUB(IN_LB,  log,      GROUP, OPTIONAL, LOG,      NOW,   "the log of sessions")
SUB(IN_LB,  kernel,   GROUP, OPTIONAL, KERNEL,   NOW,   "the kernel engine")

KEY(IN_AFFINITY, mask_v4,  INT,     lb_conf, affinity_mask_v4,   OPTIONAL, 0, 32,       NONE,   "32",   NOW,   "bits of an IPv4 client address that count")
KEY(IN_AFFINITY, mask_v6,  INT,     lb_conf, affinity_mask_v6,   OPTIONAL, 0, 128,      NONE,   "128",  NOW,   "bits of an IPv6 client address that count")
KEY(IN_AFFINITY, timeout,  SECONDS, lb_conf, affinity_ns,        OPTIONAL, 0, 86400,    NONE,   "1200", NOW,   "how long a client is remembered after its last session; 0: not at all")
KEY(IN_LOG,      sessions, PATH,    lb_conf, log_sessions,       OPTIONAL, 0, 0,        NONE,   "",     NOW,   "file that gets one line at the end of each session; relay only")
KEY(IN_KERNEL,   flows,     COUNT,  kernel_conf, flows,          OPTIONAL, 1024, 16000000, NONE, "1000000", NOW, "sessions the flow table has room for, at least; when it is full, new ones go by their hash alone; fixed until edgectl detach")
KEY(IN_KERNEL,   half_open, COUNT,  kernel_conf, half_open,      OPTIONAL, 1024, 1000000, NONE, "65536", NOW, "half-open sessions it holds; the oldest gives way; fixed likewise")
KEY(IN_KERNEL,   attach,    WORD,   kernel_conf, attach,         OPTIONAL, 0, 0,        attach, "auto", NOW, "how the program is attached to interfaces: \"tcx\" (Linux 6.6 and later), \"clsact\", or \"auto\": the first that can")
KEY(IN_KERNEL,   affinity,  WORD,   kernel_conf, affinity,       OPTIONAL, 0, 0,        sticky, "source", NOW, "what picks the member: the client's address (masked as in lb.affinity), or addresses and ports, and then without affinity")
KEY(IN_KERNEL,   pins,      PATH,   kernel_conf, pins,           OPTIONAL, 0, 0,        NONE, "/sys/fs/bpf/edgepool", NOW, "directory in a BPF file system where its maps and programs outlive edge-lb; one for each edge-lb of a host")

/* --- the prober */
KEY(IN_HEALTHS, interval,           SECONDS, health_conf, interval_ns,        OPTIONAL, 0.1, 3600,  NONE,   "2",     NOW,   "between probes of an endpoint that is up")
KEY(IN_HEALTHS, fast_interval,      SECONDS, health_conf, fast_ns,            OPTIONAL, 0.05, 3600, NONE,   "0.3",   NOW,   "between probes while a change is being confirmed")
KEY(IN_HEALTHS, down_interval,      SECONDS, health_conf, down_ns,            OPTIONAL, 0.1, 3600,  NONE,   "2",     NOW,   "between probes of an endpoint that is down")
KEY(IN_HEALTHS, timeout,            SECONDS, health_conf, timeout_ns,         OPTIONAL, 0.1, 60,    NONE,   "3",     NOW,   "for a whole probe")
KEY(IN_HEALTHS, connect_timeout,    SECONDS, health_conf, connect_timeout_ns, OPTIONAL, 0.05, 60,   NONE,   "1.5",   NOW,   "for its connection, and for a whole UDP probe; at most timeout")
KEY(IN_HEALTHS, hold,               SECONDS, health_conf, hold_ns,            OPTIONAL, 0, 10,      NONE,   "0.3",   NOW,   "a PSOM probe keeps the connection so long, to see it stay open")
KEY(IN_HEALTHS, turn_interval,      SECONDS, health_conf, turn_interval_ns,   OPTIONAL, 0, 3600,     NONE,   "1",     NOW,   "between MS-TURN probes of one endpoint in the long run, three may come at once; 0: no bound")
KEY(IN_HEALTHS, rise,               INT,     health_conf, rise,               OPTIONAL, 1, 100,     NONE,   "2",     NOW,   "successes in a row that make it up")
KEY(IN_HEALTHS, fall,               INT,     health_conf, fall,               OPTIONAL, 1, 100,     NONE,   "3",     NOW,   "failures in a row that make it down")
KEY(IN_HEALTHS, hard_fall,          INT,     health_conf, hard_fall,          OPTIONAL, 1, 100,     NONE,   "2",     NOW,   "the same for refused connections; at most fall")
KEY(IN_HEALTHS, jitter,             SHARE,   health_conf, jitter,             OPTIONAL, 0, 0.5,     NONE,   "0.1",   NOW,   "share of the interval by which probes are spread")
KEY(IN_HEALTHS, assume,             WORD,    health_conf, assume,             OPTIONAL, 0, 0,       assume, "up",    NOW,   "what an endpoint not probed yet counts as")
KEY(IN_HEALTHS, minimum_members,    INT,     health_conf, minimum_members,    OPTIONAL, 1, 20,      NONE,   "1",     NOW,   "so many members keep a service, down or not; refused connections remove all the same")
KEY(IN_HEALTHS, panic_percent,      INT,     health_conf, panic_percent,      OPTIONAL, 0, 100,     NONE,   "0",     NOW,   "fewer members up than this share of those in service: all are used, until 10 points more are up; 0: only when none is up")
KEY(IN_HEALTHS, removal_interval,   SECONDS, health_conf, removal_ns,         OPTIONAL, 0, 3600,    NONE,   "0",     NOW,   "least time between two removals from a service; refused connections do not wait")
KEY(IN_HEALTHS, confirm_interval,   SECONDS, health_conf, confirm_ns,         OPTIONAL, 0.01, 60,   NONE,   "0.1",   NOW,   "between the probes that confirm a failure")
KEY(IN_HEALTHS, forget,             SECONDS, health_conf, forget_ns,          OPTIONAL, 1, 86400,   NONE,   "60",    NOW,   "isolated failures are forgotten after this time without one")
KEY(IN_HEALTHS, flap_damping,       BOOL,    health_conf, flap_damping,       OPTIONAL, 0, 1,       NONE,   "true",  NOW,   "an endpoint that changes often is held down")
KEY(IN_HEALTHS, flap_hold,          SECONDS, health_conf, flap_hold_ns,       OPTIONAL, 1, 3600,    NONE,   "10",    NOW,   "the first hold-down; it doubles each time")
KEY(IN_HEALTHS, flap_hold_max,      SECONDS, health_conf, flap_hold_max_ns,   OPTIONAL, 1, 86400,   NONE,   "300",   NOW,   "the longest hold-down")
KEY(IN_HEALTHS, manual_resume,      BOOL,    health_conf, manual_resume,      OPTIONAL, 0, 1,       NONE,   "false", NOW,   "a member that was down stays out until an operator enables it")
KEY(IN_HEALTHS, sentinel,           BOOL,    health_conf, sentinel,           OPTIONAL, 0, 1,       NONE,   "false", NOW,   "keep one idle connection open to each TCP endpoint, to notice a crash at once")
KEY(IN_HEALTHS, vip_probe,          BOOL,    health_conf, vip_probe,          OPTIONAL, 0, 1,       NONE,   "false", NOW,   "also probe through the VIPs, with edge-vantage, and report where they disagree")
KEY(IN_HEALTHS, full_handshake,     SECONDS, health_conf, full_handshake_ns,  OPTIONAL, 0, 86400,   NONE,   "600",   NOW,   "a full TLS handshake at least this often; resumed ones in between")
KEY(IN_HEALTHS, expiry_warning,     SECONDS, health_conf, expiry_warning_ns,  OPTIONAL, 0, 31536000, NONE,  "2592000", NOW,   "before the end of a certificate")
KEY(IN_HEALTHS, renewal,            SECONDS, health_conf, renewal_ns,         OPTIONAL, 0, 31536000, NONE,  "86400", NOW,   "members may differ in their certificate this long (R13)")
KEY(IN_HEALTH,  icmp,               WORD,    health_conf, icmp,               OPTIONAL, 0, 0,       icmp,   "ping",  NOW,   "sockets of icmp probes: \"ping\" needs the prober's group in net.ipv4.ping_group_range, \"raw\" needs CAP_NET_RAW")
KEY(IN_OVERRIDE, slow_start,        SECONDS, health_conf, slow_start_ns,      OPTIONAL, 0, 3600,    NONE,   "(lb.slow_start)", NOW, "lb.slow_start for this pool or service")
SUB(IN_HEALTHS, tls, GROUP, OPTIONAL, TLS, NOW, "as a TLS client")

KEY(IN_TLS, certificate, PATH,      tls_conf, certificate, OPTIONAL, 0, 0, NONE,        "",     NOW, "PEM file shown to members that ask; with it, SIP must be answered")
KEY(IN_TLS, key,         PATH,      tls_conf, key,         OPTIONAL, 0, 0, NONE,        "",     NOW, "PEM file of its key")
KEY(IN_TLS, ca,          PATH,      tls_conf, ca,          OPTIONAL, 0, 0, NONE,        "",     NOW, "PEM file of the issuers trusted; without it, the system's")
KEY(IN_TLS, min_version, WORD_TEXT, tls_conf, min_version, OPTIONAL, 0, 0, tls_version, "1.0",  NOW, "the oldest version accepted")
KEY(IN_TLS, sni,         BOOL,      tls_conf, sni,         OPTIONAL, 0, 1, NONE,        "true", NOW, "send the service's FQDN as the server name")

/* --- the record generator */
KEY(IN_DNS,    ttl,     COUNT,   dns_conf, ttl,        OPTIONAL, 1, 86400,  NONE, "60",   NOW,   "seconds, whole: address records of balanced names")
KEY(IN_DNS,    ttl_srv, COUNT,   dns_conf, ttl_srv,    OPTIONAL, 1, 604800, NONE, "3600", NOW,   "seconds, whole: SRV records and fixed names")
SUB(IN_DNS,    views,   GROUPS, OPTIONAL, VIEW,   NOW, "the views; without them \"external\" and \"internal\"")
SUB(IN_DNS,    targets, GROUPS, OPTIONAL, TARGET, NOW, "where zones go; without them, one file per view and zone")
SUB(IN_DNS,    policy,  GROUP,  OPTIONAL, POLICY, NOW, "when records change")
KEY(IN_POLICY, settle,       SECONDS, dns_conf, settle_ns,    OPTIONAL, 0, 300,  NONE, "2",     NOW,   "changes within this time are published together")
KEY(IN_POLICY, spacing,      SECONDS, dns_conf, spacing_ns,   OPTIONAL, 0, 3600, NONE, "5",     NOW,   "least time between two writes of a zone")
KEY(IN_POLICY, max_withdraw, INT,     dns_conf, max_withdraw, OPTIONAL, 0, 20,   NONE, "0",     LATER, "addresses of one name withdrawn at once; 0: half of them")
KEY(IN_POLICY, brake,        SECONDS, dns_conf, brake_ns,     OPTIONAL, 0, 3600, NONE, "60",    LATER, "a larger withdrawal must last this long")
KEY(IN_POLICY, adopt,        BOOL,    dns_conf, adopt,        OPTIONAL, 0, 1,    NONE, "false", LATER, "take over records that bear no marker of ours")
KEY(IN_VIEW,   name,     LABEL,     dns_view,   name,     REQUIRED, 1, 32,    NONE,        "",         NOW,   "its name, and its directory's")
KEY(IN_VIEW,   side,     WORD,      dns_view,   side,     REQUIRED, 0, 0,     side_kind,   "",         NOW,   "whose records it carries")
KEY(IN_TARGET, name,     LABEL,     dns_target, name,     REQUIRED, 1, 32,    NONE,        "",         NOW,   "its name, for messages")
KEY(IN_TARGET, type,     WORD,      dns_target, kind,     OPTIONAL, 0, 0,     target_kind, "file",     NOW,   "\"file\": a zone snippet; \"nsupdate\": RFC 2136; \"powershell\": a script for Windows DNS")
KEY(IN_TARGET, view,     LABEL,     dns_target, view,     OPTIONAL, 1, 32,    NONE,        "external", NOW,   "the view it carries")
KEY(IN_TARGET, zone,     FQDN,      dns_target, zone,     REQUIRED, 0, 0,     NONE,        "",         NOW,   "the zone it carries")
KEY(IN_TARGET, path,     PATH,      dns_target, path,     OPTIONAL, 0, 0,     NONE,        "(the state directory's dns/VIEW/ZONE.zone)", NOW, "file, powershell: the file written")
KEY(IN_TARGET, server,   TEXT,      dns_target, server,   OPTIONAL, 1, 253,   NONE,        "",         LATER, "nsupdate: the primary name server")
KEY(IN_TARGET, port,     PORT,      dns_target, port,     OPTIONAL, 1, 65535, NONE,        "53",       LATER, "nsupdate: its port")
KEY(IN_TARGET, key_file, PATH,      dns_target, key_file, OPTIONAL, 0, 0,     NONE,        "",         LATER, "nsupdate: the TSIG key, passed on unread")
KEY(IN_TARGET, check,    ARGV,      dns_target, check,    OPTIONAL, 1, 32,    NONE,        "",         NOW, "program and arguments that must succeed for a new text to stay; \"%s\" is the new file before it takes its place")
KEY(IN_TARGET, reload,   ARGV,      dns_target, reload,   OPTIONAL, 1, 32,    NONE,        "",         NOW, "program and arguments run after a change")

/* --- the publisher and the page */
KEY(IN_SNMP, enabled,     BOOL,  snmp_conf, enabled,     OPTIONAL, 0, 1,     NONE, "true",               NOW,   "false: edge-snmp has nothing to do")
KEY(IN_SNMP, agentx,      TEXT,  snmp_conf, agentx,      OPTIONAL, 1, 253,   NONE, "/var/agentx/master", NOW,   "where snmpd listens for subagents")
KEY(IN_SNMP, base_oid,    OID,   snmp_conf, base_oid,    OPTIONAL, 0, 0,     NONE, "1.3.6.1.4.1.8072.9999.9999.5061", NOW, "where EDGE-POOL-MIB hangs")
KEY(IN_SNMP, set,         BOOL,  snmp_conf, set,         OPTIONAL, 0, 1,     NONE, "false",              NOW,   "SET may drain, enable and disable members")
KEY(IN_SNMP, notify_rate, INT,   snmp_conf, notify_rate, OPTIONAL, 0, 1000,  NONE, "10",                 NOW,   "notifications per second; 0: none is held back")
KEY(IN_WEB,  enabled,     BOOL,  web_conf,  enabled,     OPTIONAL, 0, 1,     NONE, "false",              LATER, "serve the page")
KEY(IN_WEB,  listen,      ADDR,  web_conf,  listen,      OPTIONAL, 0, 0,     NONE, "127.0.0.1",          LATER, "the address it listens on")
KEY(IN_WEB,  port,        PORT,  web_conf,  port,        OPTIONAL, 1, 65535, NONE, "8080",               LATER, "its port")

#undef GROUP
#undef KEY
#undef MANY
#undef SUB
