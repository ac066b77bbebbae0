/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EDGE_MODEL_H
#define EDGE_MODEL_H

/*
 * model - a configuration as it will be used: immutable after conf_load(), swapped whole.
 *
 *   model -> pool -> side, service, member
 *                    listener (a VIP address, port, protocol)
 *                    endpoint (a member's address, port, protocol)
 *
 * Everything optional has its effective value here (defaults and inheritance are
 * resolved by the loader); nobody downstream knows defaults.  All memory belongs to the
 * model's arena and goes with model_free(); pointers inside stay valid until then.
 *
 * Times are nanoseconds.  Counts of 0 mean "no limit" where the field says so.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <edge/addr.h>
#include <edge/arena.h>
#include <edge/words.h>

#define MODEL_POOLS_MAX       64
#define MODEL_MEMBERS_MAX     20 /* Topology Builder's own limit */
#define MODEL_SIP_DOMAINS_MAX 64
#define MODEL_NAME_MAX        253 /* RFC 1035: a name's text, without the final dot */

#define SIDE_WORDS(X)                                                                    \
	X(SIDE_EXTERNAL, "external")                                                     \
	X(SIDE_INTERNAL, "internal")
WORDS_DECLARE(side_kind, SIDES, SIDE_WORDS);

#define BALANCING_WORDS(X)                                                               \
	X(BALANCING_HARDWARE, "hardware")                                                \
	X(BALANCING_DNS, "dns")
WORDS_DECLARE(balancing, BALANCINGS, BALANCING_WORDS);

#define PRODUCT_WORDS(X)                                                                 \
	X(PRODUCT_LYNC_2013, "lync-2013")                                                \
	X(PRODUCT_SFB_2015, "sfb-2015")                                                  \
	X(PRODUCT_SFB_2019, "sfb-2019")                                                  \
	X(PRODUCT_SFB_SE, "sfb-se")
WORDS_DECLARE(product, PRODUCTS, PRODUCT_WORDS);

#define ALGORITHM_WORDS(X)                                                               \
	X(ALGORITHM_LEAST_SESSIONS, "least-sessions")                                    \
	X(ALGORITHM_ROUND_ROBIN, "round-robin")                                          \
	X(ALGORITHM_SOURCE_HASH, "source-hash")
WORDS_DECLARE(algorithm, ALGORITHMS, ALGORITHM_WORDS);

#define ENGINE_WORDS(X)                                                                  \
	X(ENGINE_RELAY, "relay")                                                         \
	X(ENGINE_KERNEL, "kernel")                                                       \
	X(ENGINE_AUTO, "auto")
WORDS_DECLARE(engine, ENGINES, ENGINE_WORDS);

#define SOURCE_WORDS(X)                                                                  \
	X(SOURCE_KEEP, "keep")                                                           \
	X(SOURCE_REPLACE, "replace")
WORDS_DECLARE(source, SOURCES, SOURCE_WORDS);

#define ON_DOWN_WORDS(X)                                                                 \
	X(ON_DOWN_KEEP, "keep")                                                          \
	X(ON_DOWN_RESET, "reset")
WORDS_DECLARE(on_down, ON_DOWNS, ON_DOWN_WORDS);

#define ASSUME_WORDS(X)                                                                  \
	X(ASSUME_UP, "up")                                                               \
	X(ASSUME_DOWN, "down")
WORDS_DECLARE(assume, ASSUMES, ASSUME_WORDS);

#define PROTO_WORDS(X)                                                                   \
	X(PROTO_TCP, "tcp")                                                              \
	X(PROTO_UDP, "udp")
WORDS_DECLARE(proto, PROTOS, PROTO_WORDS);

/* What edge-health does to an endpoint. */
#define PROBE_WORDS(X)                                                                   \
	X(PROBE_NONE, "none")                                                            \
	X(PROBE_TCP, "tcp")                                                              \
	X(PROBE_TLS, "tls")                                                              \
	X(PROBE_SIP, "sip")                                                              \
	X(PROBE_MTLS, "mtls")                                                            \
	X(PROBE_TURN_UDP, "turn-udp")                                                    \
	X(PROBE_TURN_TCP, "turn-tcp")                                                    \
	X(PROBE_XMPP, "xmpp")                                                            \
	X(PROBE_PSOM, "psom")                                                            \
	X(PROBE_UDP, "udp")                                                              \
	X(PROBE_STUN, "stun")                                                            \
	X(PROBE_TURN, "turn")                                                            \
	X(PROBE_ICMP, "icmp")                                                            \
	X(PROBE_SIP_REGISTER, "sip-register")                                            \
	X(PROBE_EXEC, "exec")
WORDS_DECLARE(probe, PROBES, PROBE_WORDS);
/* Whether it can say anything about a port of that protocol. */
bool probe_fits(enum probe kind, enum proto proto);

#define ICMP_WORDS(X)                                                                    \
	X(ICMP_PING, "ping")                                                             \
	X(ICMP_RAW, "raw")
WORDS_DECLARE(icmp, ICMPS, ICMP_WORDS);

#define PARTNER_WORDS(X)                                                                 \
	X(PARTNER_OCS_2007, "ocs-2007")                                                  \
	X(PARTNER_PUBLIC_IM, "public-im")                                                \
	X(PARTNER_XMPP, "xmpp")                                                          \
	X(PARTNER_EXCHANGE_UM, "exchange-um")
WORDS_DECLARE(partner, PARTNERS, PARTNER_WORDS);

enum service_kind {
#define SERVICE(id, ...) SERVICE_##id,
#include <edge/tbl/services.h>
	SERVICES
};

/* Which of a member's addresses serves a service. */
#define ADDRESS_WORDS(X)                                                                 \
	X(ADDRESS_ACCESS, "access")                                                      \
	X(ADDRESS_WEBCONF, "webconf")                                                    \
	X(ADDRESS_AV, "av")                                                              \
	X(ADDRESS_INTERNAL, "internal")
WORDS_DECLARE(address, ADDRESSES, ADDRESS_WORDS);

/* A row of the services table. */
struct service_info {
	enum side_kind side;
	const char *group; /* configuration group */
	const char *word;  /* "av-udp" */
	enum proto proto;
	uint16_t port;
	enum address address;
	enum probe probe;
	enum source source;
	int idle_s;
	bool sip;
	const char *text;
};
extern const struct service_info service_infos[SERVICES];

/* A row of the member-only table. */
struct member_only_info {
	enum side_kind side;
	uint16_t first, last; /* ports */
	const char *word;
	const char *text;
};
extern const struct member_only_info member_only_infos[];
extern const size_t member_only_count;

/* --- settings, resolved ------------------------------------------------------------ */

struct tls_conf {
	const char *certificate; /* PEM file, or NULL: no client certificate */
	const char *key;         /* PEM file; only edge-health opens it */
	const char *ca;          /* PEM file, or NULL: the system's */
	const char *min_version; /* "1.0" .. "1.3" */
	bool sni;                /* send the service's FQDN */
};

struct health_conf {
	int64_t interval_ns, fast_ns, down_ns; /* up; in transition; down */
	int64_t timeout_ns;                    /* the whole probe */
	int64_t connect_timeout_ns;            /* connect alone, and a UDP probe in all */
	int64_t hold_ns;       /* a psom probe holds the connection this long */
	int rise, fall;        /* verdicts in a row */
	double jitter;         /* 0..0.5, share of the interval */
	enum assume assume;    /* what unknown means for new sessions */
	int minimum_members;   /* per service; 1.. */
	int64_t slow_start_ns; /* 0: off */
	int hard_fall;	       /* as fall, for refused connections */
	int64_t confirm_ns;    /* between the probes that confirm a failure */
	int64_t forget_ns;     /* isolated failures are forgotten after this */
	int panic_percent;     /* fewer members up: all are used; 0: only when none is */
	int64_t removal_ns;    /* least time between two removals, refusals apart; 0: none */
	bool flap_damping;
	int64_t flap_hold_ns, flap_hold_max_ns; /* first hold-down; the longest */
	bool manual_resume;		 /* a member that was down waits for "enable" */
	bool sentinel;			 /* keep a connection open to each TCP endpoint */
	bool vip_probe;			 /* also probe through the VIP */
	int64_t turn_interval_ns; /* of one listener's MS-TURN probes; 0: no bound */
	int64_t full_handshake_ns;	 /* resumed handshakes in between */
	int64_t expiry_warning_ns;	 /* before a certificate's end */
	int64_t renewal_ns;		 /* members may differ in their certificate this long */
	struct tls_conf tls;
	enum icmp icmp; /* the sockets of icmp probes */
};

struct limits_conf {
	uint32_t sessions_per_member;   /* 0: no limit */
	uint32_t sessions_per_listener; /* 0: no limit */
	uint32_t sessions_per_source;   /* 0: no limit */
	uint32_t rate_per_member;       /* new sessions per second; 0: no limit */
	uint32_t rate_per_source;       /* new sessions per second; 0: no limit */
	uint32_t queue;                 /* sessions waiting for a member's rate */
	int64_t queue_timeout_ns;
	const struct prefix *allow; /* new sessions; empty: everybody */
	size_t n_allow;
	const struct prefix *deny;
	size_t n_deny;
};

#define ATTACH_WORDS(X)                                                                  \
	X(ATTACH_AUTO, "auto")                                                           \
	X(ATTACH_TCX, "tcx")                                                             \
	X(ATTACH_CLSACT, "clsact")
WORDS_DECLARE(attach, ATTACHES, ATTACH_WORDS);

#define STICKY_WORDS(X)                                                                  \
	X(STICKY_SOURCE, "source")                                                       \
	X(STICKY_TUPLE, "tuple")
WORDS_DECLARE(sticky, STICKIES, STICKY_WORDS);

struct kernel_conf {
	uint32_t flows;	      /* entries of the flow table */
	uint32_t half_open;   /* entries of the half-open table */
	enum attach attach;   /* how the programs are attached */
	enum sticky affinity; /* what a member is picked by */
	const char *pins;     /* directory where maps and links outlive us */
};

struct lb_conf {
	enum engine engine;
	int workers;                   /* 1..64; fixed for the life of the process */
	const char *const *interfaces; /* the kernel engine's; empty: found by route */
	size_t n_interfaces;
	bool manage_host;     /* set and restore forwarding, rp_filter, send_redirects */
	int affinity_mask_v4; /* 0..32; affinity is per masked client address */
	int affinity_mask_v6; /* 0..128 */
	int64_t affinity_ns;  /* 0: no affinity */
	int64_t connect_timeout_ns; /* to one member */
	int connect_retries;        /* other members to try */
	int64_t half_close_ns;      /* idle limit once one direction has ended */
	int64_t
	    drain_timeout_ns; /* after this a drained member's sessions end; 0: never */
	uint32_t sessions;    /* of the process; 0: from RLIMIT_NOFILE */
	int64_t slow_start_ns;	  /* what health.slow_start_ns is unless overridden */
	int64_t keepalive_ns;	  /* idle time before TCP keepalives; 0: none */
	int64_t user_timeout_ns;  /* TCP_USER_TIMEOUT; 0: the system's */
	const char *log_sessions; /* file of the per-session log, or NULL */
	struct kernel_conf kernel;
	struct limits_conf limits; /* what each service begins with */
};

#define TARGET_WORDS(X)                                                                  \
	X(TARGET_FILE, "file")                                                           \
	X(TARGET_NSUPDATE, "nsupdate") X(TARGET_POWERSHELL, "powershell")
WORDS_DECLARE(target_kind, TARGET_KINDS, TARGET_WORDS);

/* Where a zone's records go.  Without any target, files for every zone of every view. */
struct dns_target {
	const char *name;
	enum target_kind kind;
	const char *view;   /* names a dns_view */
	const char *zone;   /* lower case, no final dot */
	const char *path;   /* file, powershell: instead of DIR/VIEW/ZONE.zone; or NULL */
	const char *server; /* nsupdate */
	uint16_t port;      /* nsupdate */
	const char *key_file; /* nsupdate: passed on, never read by us; or NULL */
	const char *const
	    *check; /* command and arguments run on a staged file; or NULL */
	const char *const *reload; /* command and arguments run after a change; or NULL */
};

struct dns_view {
	const char *name;
	enum side_kind side; /* whose records it carries */
};

struct dns_conf {
	uint32_t ttl;       /* seconds: address records of balanced names */
	uint32_t ttl_srv;   /* SRV records and static names */
	int64_t settle_ns;  /* changes within this are published together */
	int64_t spacing_ns; /* least time between two writes of a zone */
	int max_withdraw;   /* addresses taken out at once per set; 0: half of them */
	int64_t brake_ns;   /* a change beyond max_withdraw must last this long */
	bool adopt;	    /* take over records without our marker */
	const struct dns_view
	    *views; /* one per side by default: "external", "internal" */
	size_t n_views;
	const struct dns_target *targets;
	size_t n_targets;
};

struct snmp_conf {
	bool enabled;
	const char *agentx;   /* the master's address: "/var/agentx/master" */
	const char *base_oid; /* dotted; the module's place */
	bool set;             /* SET of admin states allowed */
	int notify_rate;      /* notifications per second; 0: none are held back */
};

struct web_conf {
	bool enabled;
	struct addr listen; /* loopback by default */
	uint16_t port;
};

/* --- the pool ---------------------------------------------------------------------- */

struct srv_conf {
	uint16_t priority, weight;
	const char *target; /* configured srv.target, or NULL: derived per SIP domain */
};

struct service {
	enum service_kind kind;
	bool enabled;     /* everything below is set only then */
	const char *fqdn; /* external services; NULL on the internal side */
	struct addrs vip; /* hardware mode only */
	uint16_t port;    /* VIP and members alike: Edge allows no translation */
	enum engine engine;
	/* Of ENGINE_AUTO: what was written that only the relay can do; NULL: nothing. */
	const char *relay_because;
	enum algorithm algorithm;
	enum source source;
	enum on_down on_down;
	enum probe probe;
	const char *udp_send, *udp_expect; /* of a udp probe: edge/pattern.h */
	const char *const *exec; /* of an exec probe: program, arguments, NULL; or NULL */
	int64_t idle_ns;
	struct srv_conf srv;
	struct limits_conf limits;
	bool affinity; /* shares the side's source affinity */
	struct health_conf health; /* the pool's, with the service's own settings */
};

struct side {
	enum side_kind kind;
	enum balancing balancing;
	struct addrs vip;             /* internal, hardware mode */
	const struct prefix *network; /* of this side, for R18 and routes; may be empty */
	size_t n_network;
	const struct addr
	    *source_address; /* for probes and replaced sources; may be empty */
	size_t n_source_address;
	bool probe;    /* false: probe = "none" */
	bool outbound; /* outbound = "vip" */
};

struct member_address {
	struct addrs address; /* probed; where sessions go */
	struct addrs public;  /* published and expected in Alternate-Server; = address
				 without NAT */
};

struct member {
	uint64_t id;
	const char *full_name; /* "edge.contoso.net/edge1" */
	const char *name, *fqdn;
	struct pool *pool;
	unsigned index; /* in pool->members; never stored outside the process */
	struct member_address at[ADDRESSES];
	unsigned weight; /* 1..256 */
	bool backup;
};

struct endpoint {
	uint64_t id;
	const char *full_name;
	struct member *member;
	enum side_kind side;
	struct addr addr, public;
	uint16_t port;
	enum proto proto;
	uint32_t services;             /* bit per enum service_kind that shares it */
	const struct service *service; /* the first of them: its settings count */
};

struct listener {
	uint64_t id;
	const char *full_name;
	struct pool *pool;
	enum side_kind side;
	struct addr addr;
	uint16_t port;
	enum proto proto;
	uint32_t services;
	const struct service *service;
	/* Who serves it: the service's; of "auto", what edge-lb made of it at load. */
	enum engine engine;
	/* One per member that can take its sessions: same family first, else (replaced
	 * source only) the other.  In member order. */
	struct endpoint **endpoints;
	size_t n_endpoints;
};

struct pool {
	uint64_t id;
	const char *fqdn; /* lower case; also its full name */
	struct model *model;
	enum product product;
	const char *const *sip_domains; /* lower case, in the order written */
	size_t n_sip_domains;
	const char *site; /* or NULL */
	bool federation_route;
	uint32_t partners; /* bit per enum partner */
	struct side sides[SIDES];
	struct service services[SERVICES]; /* by enum service_kind */
	struct member *members;
	size_t n_members;
	struct listener *listeners; /* hardware mode; services table order, IPv4 first */
	size_t n_listeners;
	struct endpoint *endpoints; /* by member, then services table order, IPv4 first */
	size_t n_endpoints;
	struct health_conf health; /* top level and overrides merged */
};

struct model {
	struct arena *arena;
	const char *path;     /* of the file */
	const char *instance; /* "lb1" */
	bool lab;
	uint64_t hash; /* of the effective content: equal files, equal hash */
	struct lb_conf lb;
	struct health_conf health;
	struct dns_conf dns;
	struct snmp_conf snmp;
	struct web_conf web;
	struct pool *pools;
	size_t n_pools;
};

void model_free(struct model **pm);

/* Fills listeners, endpoints, full names and ids of a pool whose sides, services and
 * members are set.  0, -ENOMEM, or -EEXIST when two objects of the model share an id or
 * an SNMP index (*ret_clash names one). */
int model_derive(struct model *m, const char **ret_clash);

/* NULL when absent.  @full_name is "POOL/MEMBER". */
const struct pool *model_pool(const struct model *m, const char *fqdn);
const struct member *model_member(const struct model *m, const char *full_name);
const struct endpoint *model_endpoint(const struct model *m, uint64_t id);
const struct listener *model_listener(const struct model *m, uint64_t id);
size_t model_count_endpoints(const struct model *m);
size_t model_count_listeners(const struct model *m);

/* "access+federation" for what shares an endpoint or listener, into @buf. */
const char *services_text(uint32_t services, char *buf, size_t size);
#define SERVICES_TEXT_MAX 96

#endif
