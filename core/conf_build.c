/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conf_build - the model from the settings that are valid: defaults first, then what was
 * written, then what is inherited.
 *
 * It reports nothing: what was not valid has been, and what does not fit together is the
 * business of the rules, which look at the finished model.  Beyond the most there may be,
 * one pool or member is built, so that the rules see there are too many, and no more, so
 * that they end soon.
 */
#include <string.h>

#include <edge/clock.h>

#include "conf_field.h"
#include "conf_load.h"

/* Every field of @record that the table names a plain fallback for. */
static void
apply_defaults(struct arena *a, enum conf_group group, void *record)
{
	for (size_t i = 0; i < conf_keys_count; i++) {
		struct conf_value value;

		if ((conf_keys[i].groups & 1u << group) &&
		    conf_field_fallback(&conf_keys[i], a, &value))
			conf_field_store(&conf_keys[i], &value, record);
	}
}

/* Key @k of @g over the field of @record, if it was written and is valid. */
static void
apply_key(struct conf_load *l, const config_setting_t *g, const struct conf_key *k,
    void *record)
{
	const config_setting_t *s = conf_load_valid(g, k->name);
	struct conf_value value;
	struct conf_why why;

	if (s != NULL && k->size > 0 &&
	    conf_value_read(k, s, l->model->arena, &value, &why))
		conf_field_store(k, &value, record);
}

static void
apply(struct conf_load *l, const config_setting_t *g, enum conf_group group, void *record)
{
	for (size_t i = 0; g != NULL && i < conf_keys_count; i++)
		if (conf_keys[i].groups & 1u << group)
			apply_key(l, g, &conf_keys[i], record);
}

static void
apply_all(
    struct conf_load *l, const config_setting_t *g, enum conf_group group, void *record)
{
	apply_defaults(l->model->arena, group, record);
	apply(l, g, group, record);
}

static void
build_health(struct conf_load *l, const config_setting_t *g, enum conf_group group,
    struct health_conf *health)
{
	apply(l, g, group, health);
	apply(l, conf_load_valid(g, "tls"), CONF_TLS, &health->tls);
	/* A shorter time or count written pulls the ones along that cannot be longer. */
	if (!conf_load_written(g, "connect_timeout") &&
	    health->connect_timeout_ns > health->timeout_ns)
		health->connect_timeout_ns = health->timeout_ns;
	if (!conf_load_written(g, "fast_interval") &&
	    health->fast_ns > health->interval_ns)
		health->fast_ns = health->interval_ns;
	if (!conf_load_written(g, "hard_fall") && health->hard_fall > health->fall)
		health->hard_fall = health->fall;
}

void
conf_health_defaults(struct arena *a, struct health_conf *ret)
{
	apply_defaults(a, CONF_HEALTH, ret);
	apply_defaults(a, CONF_TLS, &ret->tls);
}

static void
build_lb(struct conf_load *l, const config_setting_t *g)
{
	struct lb_conf *lb = &l->model->lb;

	apply_all(l, g, CONF_LB, lb);
	apply_all(l, conf_load_valid(g, "affinity"), CONF_AFFINITY, lb);
	apply_all(l, conf_load_valid(g, "log"), CONF_LOG, lb);
	apply_all(l, conf_load_valid(g, "kernel"), CONF_KERNEL, &lb->kernel);
	apply_all(l, conf_load_valid(g, "limits"), CONF_LIMITS, &lb->limits);
}

static bool
build_dns(struct conf_load *l, const config_setting_t *g)
{
	static const struct dns_view both[] = {
	    {"external", SIDE_EXTERNAL}, {"internal", SIDE_INTERNAL}};
	const config_setting_t *views = conf_load_valid(g, "views");
	const config_setting_t *targets = conf_load_valid(g, "targets");
	struct dns_conf *dns = &l->model->dns;
	int n_views = views != NULL ? config_setting_length(views) : 0;
	int n_targets = targets != NULL ? config_setting_length(targets) : 0;
	struct dns_view *view =
	    arena_array(l->model->arena, (size_t)n_views + 2, sizeof *view);
	struct dns_target *target =
	    arena_array(l->model->arena, (size_t)n_targets + 1, sizeof *target);

	if (view == NULL || target == NULL)
		return false;
	apply_all(l, g, CONF_DNS, dns);
	apply_all(l, conf_load_valid(g, "policy"), CONF_POLICY, dns);
	for (int i = 0; i < n_views; i++)
		apply_all(
		    l, config_setting_get_elem(views, (unsigned)i), CONF_VIEW, &view[i]);
	if (n_views == 0)
		memcpy(view, both, sizeof both);
	for (int i = 0; i < n_targets; i++)
		apply_all(l, config_setting_get_elem(targets, (unsigned)i), CONF_TARGET,
		    &target[i]);
	dns->views = view;
	dns->n_views = n_views > 0 ? (size_t)n_views : countof(both);
	dns->targets = target;
	dns->n_targets = (size_t)n_targets;
	return true;
}

/* The settings group of a service within its side, and its place in the table. */
static const config_setting_t *
service_group(const config_setting_t *side, enum service_kind kind, enum conf_group *ret)
{
	const struct service_info *info = &service_infos[kind];
	enum conf_group in = info->side == SIDE_EXTERNAL ? CONF_EXTERNAL : CONF_INTERNAL;

	*ret = conf_table_find(in, info->group)->sub;
	return conf_load_valid(side, info->group);
}

/* What the service is before anything is written: the services table, then the groups
 * above it. */
static void
service_defaults(
    struct conf_load *l, const struct pool *p, enum service_kind kind, struct service *s)
{
	const struct service_info *info = &service_infos[kind];

	s->kind = kind;
	s->port = info->port;
	s->probe = info->probe;
	s->source = info->source;
	s->idle_ns = info->idle_s * NS_PER_S;
	s->engine = l->model->lb.engine;
	s->algorithm = ALGORITHM_LEAST_SESSIONS;
	s->limits = l->model->lb.limits;
	s->health = p->health;
	s->vip = p->sides[info->side].vip;
	if (info->address == ADDRESS_ACCESS && kind != SERVICE_ACCESS) {
		s->vip = p->services[SERVICE_ACCESS].vip;
		s->fqdn = p->services[SERVICE_ACCESS].fqdn;
	}
}

/* The group "av" is two services: each takes its own keys. */
static bool
is_others(enum service_kind kind, const char *key)
{
	static const char *const tcp[] = {"tcp_port", "idle_timeout", "probe"};
	static const char *const udp[] = {
	    "udp_port", "udp_idle_timeout", "udp_probe", "udp_send", "udp_expect"};
	bool is_udp = service_infos[kind].proto == PROTO_UDP;
	const char *const *others = is_udp ? tcp : udp;

	for (size_t i = 0; i < (is_udp ? countof(tcp) : countof(udp)); i++)
		if (strcmp(key, others[i]) == 0)
			return true;
	return false;
}

/* What keeps a service with engine = "auto" on the relay; NULL: nothing does.  Limits and
 * the log count wherever they come from: they protect, or somebody counts on them. */
static const char *
relay_because(const struct conf_load *l, const struct pool *p, const struct service *s,
    const config_setting_t *g)
{
	const config_setting_t *limits = conf_load_valid(g, "limits");
	const struct service *access = &p->services[SERVICE_ACCESS];

	if (s->source == SOURCE_REPLACE)
		return "source is \"replace\"; where the members' way back leads through "
		       "this host, write source = \"keep\"";
	if (conf_load_written(g, "algorithm") && s->algorithm != ALGORITHM_SOURCE_HASH)
		return "an algorithm other than \"source-hash\" is written";
	if (conf_load_written(limits, "queue") ||
	    conf_load_written(limits, "queue_timeout"))
		return "it has a limits.queue";
	if (s->limits.sessions_per_source != 0 || s->limits.rate_per_source != 0)
		return "limits are set for each client address (sessions_per_source, "
		       "rate_per_source)";
	if (l->model->lb.log_sessions != NULL)
		return "sessions are logged (lb.log.sessions)";
	if (s->kind == SERVICE_FEDERATION && s->port == access->port &&
	    memcmp(&s->vip, &access->vip, sizeof s->vip) != 0)
		return "it goes to the same port of the members as access, from another "
		       "vip";
	return NULL;
}

/* What follows from what was written, where the thing itself was not. */
static void
service_follow(struct service *s, const config_setting_t *g)
{
	enum probe tcp_probe = PROBE_TURN_TCP;
	const char *word;

	if (s->engine == ENGINE_KERNEL && !conf_load_written(g, "algorithm"))
		s->algorithm = ALGORITHM_SOURCE_HASH;
	if (s->engine == ENGINE_KERNEL && !conf_load_written(g, "source"))
		s->source = SOURCE_KEEP;
	if (service_infos[s->kind].proto != PROTO_UDP ||
	    conf_load_written(g, "udp_probe"))
		return;
	/* Members that are not Edge Servers, or not probed at all, do not answer here. */
	if (conf_load_valid(g, "probe") != NULL &&
	    config_setting_lookup_string(g, "probe", &word) == CONFIG_TRUE)
		tcp_probe = (enum probe)probe_parse(word);
	if (tcp_probe == PROBE_NONE || tcp_probe == PROBE_TCP)
		s->probe = PROBE_NONE;
	/* What asks no port does for both. */
	if (tcp_probe == PROBE_ICMP || tcp_probe == PROBE_EXEC)
		s->probe = tcp_probe;
}

static void
build_service(
    struct conf_load *l, struct pool *p, struct conf_pool *c, enum service_kind kind)
{
	const struct service_info *info = &service_infos[kind];
	struct service *s = &p->services[kind];
	enum conf_group group;
	const config_setting_t *g = service_group(c->sides[info->side], kind, &group);

	c->services[kind] = g;
	apply_defaults(l->model->arena, group, s);
	service_defaults(l, p, kind, s);
	apply_defaults(l->model->arena, CONF_SRV, &s->srv);
	for (size_t i = 0; g != NULL && i < conf_keys_count; i++)
		if ((conf_keys[i].groups & 1u << group) &&
		    !is_others(kind, conf_keys[i].name))
			apply_key(l, g, &conf_keys[i], s);
	apply(l, conf_load_valid(g, "srv"), CONF_SRV, &s->srv);
	apply(l, conf_load_valid(g, "limits"), CONF_LIMITS, &s->limits);
	build_health(l, conf_load_valid(g, "health"), CONF_OVERRIDE, &s->health);
	service_follow(s, g);
	if (s->engine == ENGINE_AUTO)
		s->relay_because = relay_because(l, p, s, g);
	/* Federation and the internal services are there unless switched off; the others
	 * need at least a name. */
	if (g == NULL && info->side == SIDE_EXTERNAL && kind != SERVICE_FEDERATION)
		s->enabled = false;
	if (p->sides[info->side].balancing == BALANCING_DNS)
		s->vip = (struct addrs){0};
}

/* The three external addresses, where "external" was written beside them in error. */
static void
apply_addresses(struct conf_load *l, const config_setting_t *g, struct member *m)
{
	for (int a = 0; a < ADDRESSES; a++) {
		m->at[a] = (struct member_address){0};
		apply_key(
		    l, g, conf_table_find(CONF_MEMBER, address_word((enum address)a)), m);
	}
}

static void
build_member(
    struct conf_load *l, struct pool *p, struct member *m, const config_setting_t *g)
{
	m->pool = p;
	apply_all(l, g, CONF_MEMBER, m);
	/* "external" comes last in the table, so it is what the access address is now. */
	if (conf_load_valid(g, "external") != NULL)
		m->at[ADDRESS_AV] = m->at[ADDRESS_WEBCONF] = m->at[ADDRESS_ACCESS];
	if (conf_load_written(g, "access") || conf_load_written(g, "webconf") ||
	    conf_load_written(g, "av"))
		apply_addresses(l, g, m);
}

static bool
build_pool(struct conf_load *l, struct pool *p, struct conf_pool *c)
{
	const config_setting_t *members = conf_load_valid(c->pool, "members");
	int n = members != NULL ? config_setting_length(members) : 0;

	p->model = l->model;
	apply_all(l, c->pool, CONF_POOL, p);
	p->health = l->model->health;
	build_health(l, conf_load_valid(c->pool, "health"), CONF_OVERRIDE, &p->health);
	for (int side = 0; side < SIDES; side++) {
		enum conf_group group =
		    side == SIDE_EXTERNAL ? CONF_EXTERNAL : CONF_INTERNAL;

		c->sides[side] =
		    conf_load_valid(c->pool, side_kind_word((enum side_kind)side));
		p->sides[side].kind = (enum side_kind)side;
		apply_all(l, c->sides[side], group, &p->sides[side]);
	}
	for (int kind = 0; kind < SERVICES; kind++)
		build_service(l, p, c, (enum service_kind)kind);
	p->members = arena_array(l->model->arena, (size_t)n + 1, sizeof *p->members);
	c->members = arena_array(l->model->arena, (size_t)n + 1, sizeof *c->members);
	if (p->members == NULL || c->members == NULL)
		return false;
	for (int i = 0; i < n && p->n_members <= MODEL_MEMBERS_MAX; i++) {
		const config_setting_t *e = config_setting_get_elem(members, (unsigned)i);

		if (!config_setting_is_group(e))
			continue;
		c->members[p->n_members] = e;
		build_member(l, p, &p->members[p->n_members++], e);
	}
	return true;
}

bool
conf_build(struct conf_load *l)
{
	const config_setting_t *pools = conf_load_valid(l->root, "pools");
	const config_setting_t *health = conf_load_valid(l->root, "health");
	int n = pools != NULL ? config_setting_length(pools) : 0;
	struct model *m = l->model;

	apply_all(l, l->root, CONF_TOP, m);
	build_lb(l, conf_load_valid(l->root, "lb"));
	conf_health_defaults(m->arena, &m->health);
	m->health.slow_start_ns = m->lb.slow_start_ns;
	build_health(l, health, CONF_HEALTH, &m->health);
	if (!build_dns(l, conf_load_valid(l->root, "dns")))
		return false;
	apply_all(l, conf_load_valid(l->root, "snmp"), CONF_SNMP, &m->snmp);
	apply_all(l, conf_load_valid(l->root, "web"), CONF_WEB, &m->web);
	m->pools = arena_array(m->arena, (size_t)n + 1, sizeof *m->pools);
	l->pools = arena_array(m->arena, (size_t)n + 1, sizeof *l->pools);
	if (m->pools == NULL || l->pools == NULL)
		return false;
	for (int i = 0; i < n && m->n_pools <= MODEL_POOLS_MAX; i++) {
		const config_setting_t *e = config_setting_get_elem(pools, (unsigned)i);

		if (!config_setting_is_group(e))
			continue;
		l->pools[m->n_pools].pool = e;
		if (!build_pool(l, &m->pools[m->n_pools], &l->pools[m->n_pools]))
			return false;
		m->n_pools++;
	}
	return true;
}
