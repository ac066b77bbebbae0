/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a configuration comes to: defaults, inheritance, and a hash of the content alone.
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <edge/clock.h>
#include <edge/conf.h>

#include "conf_table.h"

static const char hardware[] =
    "%s\n"
    "pools = ( { fqdn = \"Edge.contoso.net\"; product = \"lync-2013\"; sip_domains = [ "
    "\"Contoso.com\" ]; %s\n"
    "external = { balancing = \"hardware\"; %s\n"
    "access = { fqdn = \"sip.contoso.com\"; vip = [ \"131.107.155.110\" ]; };\n"
    "webconf = { fqdn = \"webcon.contoso.com\"; vip = [ \"131.107.155.120\" ]; };\n"
    "av = { fqdn = \"av.contoso.com\"; vip = [ \"131.107.155.130\" ]; %s }; };\n"
    "internal = { balancing = \"hardware\"; vip = [ \"172.25.33.100\" ]; };\n"
    "members = ( { name = \"edge1\"; fqdn = \"edge1.contoso.net\"; internal = [ "
    "\"172.25.33.10\" ]; access = [ \"131.107.155.10\" ]; webconf = [ \"131.107.155.20\" "
    "]; av = "
    "[ \"131.107.155.30\" ]; },\n"
    "{ name = \"edge2\"; fqdn = \"edge2.contoso.net\"; internal = [ \"172.25.33.11\" ]; "
    "access = "
    "[ \"131.107.155.11\" ]; webconf = [ \"131.107.155.21\" ]; av = [ \"131.107.155.31\" "
    "]; } ); "
    "} );\n";

static struct model *
load(const char *text)
{
	char path[] = "/tmp/edge-model.XXXXXX";
	int fd = mkstemp(path);
	struct model *m = NULL;
	struct diags diags;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	diags_init(&diags);
	if (!conf_load(path, &m, &diags))
		diags_print(&diags, stdout);
	diags_fini(&diags);
	unlink(path);
	assert_non_null(m);
	return m;
}

static struct model *
load_with(const char *top, const char *pool, const char *external, const char *av)
{
	char text[4096];

	snprintf(text, sizeof text, hardware, top, pool, external, av);
	return load(text);
}

static void
defaults(void **state)
{
	struct model *m = load_with("", "", "", "");
	const struct pool *p = &m->pools[0];
	const struct service *s = p->services;

	(void)state;
	assert_string_equal(m->instance, "edgepool");
	assert_string_equal(p->fqdn, "edge.contoso.net");
	assert_string_equal(p->sip_domains[0], "contoso.com");
	assert_int_equal(p->health.interval_ns, 2 * NS_PER_S);
	assert_int_equal(p->health.slow_start_ns, 60 * NS_PER_S);
	assert_true(p->health.jitter > 0.09 && p->health.jitter < 0.11);
	assert_int_equal(m->lb.affinity_ns, 1200 * NS_PER_S);
	assert_int_equal(m->dns.n_views, 2);
	for (int i = 0; i < SERVICES; i++) {
		if (i == SERVICE_XMPP) {
			assert_false(s[i].enabled);
			continue;
		}
		assert_true(s[i].enabled);
		assert_int_equal(s[i].port, service_infos[i].port);
		assert_int_equal(s[i].idle_ns, service_infos[i].idle_s * NS_PER_S);
		assert_int_equal(s[i].probe, service_infos[i].probe);
		assert_int_equal(s[i].source, service_infos[i].source);
		assert_int_equal(s[i].algorithm, ALGORITHM_LEAST_SESSIONS);
		assert_true(s[i].affinity);
		assert_true(addr_present(&s[i].vip.at[FAMILY_V4]));
	}
	assert_string_equal(s[SERVICE_FEDERATION].fqdn, "sip.contoso.com");
	assert_true(addr_equal(&s[SERVICE_FEDERATION].vip.at[FAMILY_V4],
	    &s[SERVICE_ACCESS].vip.at[FAMILY_V4]));
	assert_int_equal(p->members[1].weight, 100);
	model_free(&m);
}

static void
inheritance(void **state)
{
	struct model *m = load_with(
	    "health = { interval = 0.25; timeout = 1; tls = { min_version = \"1.2\"; }; "
	    "};\n"
	    "lb = { slow_start = 30; limits = { queue = 7; rate_per_member = 50; }; };",
	    "health = { rise = 9; slow_start = 90; };", "",
	    "health = { fall = 1; tls = { sni = false; }; }; limits = { queue = 8; }; "
	    "tcp_port = 442; idle_timeout = 3600; udp_idle_timeout = 0x1e;");
	const struct pool *p = &m->pools[0];
	const struct service *access = &p->services[SERVICE_ACCESS];
	const struct service *tcp = &p->services[SERVICE_AV_TCP],
			     *udp = &p->services[SERVICE_AV_UDP];

	(void)state;
	assert_int_equal(m->health.interval_ns, 250 * NS_PER_MS);
	assert_int_equal(
	    m->health.fast_ns, 250 * NS_PER_MS); /* not longer than interval */
	assert_int_equal(
	    m->health.connect_timeout_ns, NS_PER_S); /* not longer than timeout */
	assert_int_equal(m->health.slow_start_ns, 30 * NS_PER_S);
	assert_int_equal(p->health.interval_ns, 250 * NS_PER_MS);
	assert_int_equal(p->health.rise, 9);
	assert_int_equal(p->health.slow_start_ns, 90 * NS_PER_S);
	assert_int_equal(access->health.rise, 9);
	assert_int_equal(access->health.fall, 3);
	assert_string_equal(access->health.tls.min_version, "1.2");
	assert_true(access->health.tls.sni);
	assert_int_equal(tcp->health.fall, 1);
	assert_int_equal(tcp->health.hard_fall, 1);
	assert_false(udp->health.tls.sni);
	assert_string_equal(udp->health.tls.min_version, "1.2");
	assert_int_equal(access->limits.queue, 7);
	assert_int_equal(tcp->limits.queue, 8);
	assert_int_equal(tcp->limits.rate_per_member, 50);
	assert_int_equal(tcp->port, 442);
	assert_int_equal(udp->port, 3478);
	assert_int_equal(tcp->idle_ns, 3600 * NS_PER_S);
	assert_int_equal(udp->idle_ns, 30 * NS_PER_S);
	model_free(&m);
}

/* A value of @k that is not its default, as text. */
static const char *
another_value(const struct conf_key *k)
{
	if (k->type == CONF_BOOL)
		return strcmp(k->fallback, "true") == 0 ? "false" : "true";
	if (k->type == CONF_WORD)
		return "\"down\"";
	if (k->type == CONF_SHARE)
		return "0.25";
	if (strcmp(k->name, "flap_hold_max") == 0)
		return "20"; /* not below flap_hold */
	return strcmp(k->fallback, "1") == 0 ? "2" : "1";
}

static bool
same_field(
    const struct conf_key *k, const struct health_conf *a, const struct health_conf *b)
{
	return memcmp((const char *)a + k->offset, (const char *)b + k->offset,
		   k->size) == 0;
}

/* Every key of the prober, one by one: a pool's own, a service's own, and nobody else's.
 */
static void
every_setting_of_the_prober_can_be_a_pools_and_a_services(void **state)
{
	struct model *plain = load_with("", "", "", "");
	const struct health_conf *usual = &plain->pools[0].health;
	unsigned n = 0;

	(void)state;
	for (size_t i = 0; i < conf_keys_count; i++) {
		const struct conf_key *k = &conf_keys[i];
		char text[128];
		struct model *m;

		if (!(k->groups & 1u << CONF_OVERRIDE) || k->type == CONF_GROUP)
			continue;
		n++;
		print_message("%s\n", k->name);
		snprintf(text, sizeof text, "health = { %s = %s; };", k->name,
		    another_value(k));
		m = load_with("", text, "", "");
		assert_false(same_field(k, &m->pools[0].health, usual));
		assert_false(
		    same_field(k, &m->pools[0].services[SERVICE_ACCESS].health, usual));
		model_free(&m);
		m = load_with("", "", "", text);
		assert_true(same_field(k, &m->pools[0].health, usual));
		assert_true(
		    same_field(k, &m->pools[0].services[SERVICE_ACCESS].health, usual));
		assert_false(
		    same_field(k, &m->pools[0].services[SERVICE_AV_UDP].health, usual));
		model_free(&m);
	}
	assert_true(n > 20);
	model_free(&plain);
}

static void
probes_of_members_that_are_no_edge_servers(void **state)
{
	struct model *m = load_with("", "", "", "probe = \"tcp\";");

	(void)state;
	assert_int_equal(m->pools[0].services[SERVICE_AV_TCP].probe, PROBE_TCP);
	assert_int_equal(m->pools[0].services[SERVICE_AV_UDP].probe, PROBE_NONE);
	assert_int_equal(m->pools[0].services[SERVICE_INT_AV_UDP].probe, PROBE_TURN_UDP);
	model_free(&m);
	m = load_with("", "", "", "probe = \"tcp\"; udp_probe = \"turn-udp\";");
	assert_int_equal(m->pools[0].services[SERVICE_AV_UDP].probe, PROBE_TURN_UDP);
	model_free(&m);
	/* A host is asked, whatever the port. */
	m = load_with("", "", "", "probe = \"icmp\";");
	assert_int_equal(m->pools[0].services[SERVICE_AV_TCP].probe, PROBE_ICMP);
	assert_int_equal(m->pools[0].services[SERVICE_AV_UDP].probe, PROBE_ICMP);
	assert_int_equal(m->pools[0].services[SERVICE_AV_UDP].health.icmp, ICMP_PING);
	model_free(&m);
	m = load_with("", "", "",
	    "udp_probe = \"udp\"; udp_send = \"ping\"; udp_expect = \"p?ng\";");
	assert_int_equal(m->pools[0].services[SERVICE_AV_TCP].probe, PROBE_TURN_TCP);
	assert_null(m->pools[0].services[SERVICE_AV_TCP].udp_send);
	assert_int_equal(m->pools[0].services[SERVICE_AV_UDP].probe, PROBE_UDP);
	assert_string_equal(m->pools[0].services[SERVICE_AV_UDP].udp_expect, "p?ng");
	model_free(&m);
}

static void
the_kernel_engines_defaults(void **state)
{
	struct model *m =
	    load_with("lb = { engine = \"kernel\"; };", "", "", "engine = \"relay\";");

	(void)state;
	assert_int_equal(m->pools[0].services[SERVICE_ACCESS].engine, ENGINE_KERNEL);
	assert_int_equal(
	    m->pools[0].services[SERVICE_ACCESS].algorithm, ALGORITHM_SOURCE_HASH);
	assert_int_equal(m->pools[0].services[SERVICE_ACCESS].source, SOURCE_KEEP);
	assert_int_equal(m->pools[0].services[SERVICE_AV_UDP].engine, ENGINE_RELAY);
	assert_int_equal(
	    m->pools[0].services[SERVICE_AV_UDP].algorithm, ALGORITHM_LEAST_SESSIONS);
	assert_string_equal(m->lb.kernel.pins, "/sys/fs/bpf/edgepool");
	model_free(&m);
	m = load_with("lb = { kernel = { pins = \"/run/bpf/lb2\"; }; };", "", "", "");
	assert_string_equal(m->lb.kernel.pins, "/run/bpf/lb2");
	model_free(&m);
}

static void
the_engine_auto_takes_what_it_can(void **state)
{
	struct model *m = load_with("lb = { engine = \"auto\"; };", "",
	    "federation = { source = \"keep\"; algorithm = \"round-robin\"; };", "");
	const struct service *s = m->pools[0].services;

	(void)state;
	/* What is not written stays what the relay has: it may be the relay that serves.
	 */
	assert_int_equal(s[SERVICE_AV_TCP].engine, ENGINE_AUTO);
	assert_int_equal(s[SERVICE_AV_TCP].algorithm, ALGORITHM_LEAST_SESSIONS);
	assert_null(s[SERVICE_AV_TCP].relay_because);
	assert_null(s[SERVICE_AV_UDP].relay_because);
	assert_non_null(strstr(s[SERVICE_ACCESS].relay_because, "source"));
	assert_non_null(strstr(s[SERVICE_FEDERATION].relay_because, "algorithm"));
	model_free(&m);
	m = load_with("lb = { engine = \"auto\"; limits = { rate_per_source = 5; }; };",
	    "", "", "limits = { rate_per_source = 0; };");
	assert_null(m->pools[0].services[SERVICE_AV_TCP].relay_because);
	model_free(&m);
	m = load_with("lb = { engine = \"auto\"; limits = { rate_per_source = 5; }; };",
	    "", "", "");
	assert_non_null(m->pools[0].services[SERVICE_AV_TCP].relay_because);
	model_free(&m);
}

static uint64_t
hash(const char *top, const char *pool, const char *external, const char *av)
{
	struct model *m = load_with(top, pool, external, av);
	uint64_t h = m->hash;

	model_free(&m);
	return h;
}

static void
the_hash_is_of_the_content(void **state)
{
	uint64_t plain = hash("", "", "", "");
	static const char *const other[][4] = {
	    {"instance = \"lb2\";", "", "", ""},
	    {"health = { interval = 2.001; };", "", "", ""},
	    {"lb = { half_close = 31; };", "", "", ""},
	    {"", "site = \"Redmond\";", "", ""},
	    {"", "partners = [ \"xmpp\" ];", "", ""},
	    {"", "", "network = [ \"131.107.0.0/16\" ];", ""},
	    {"", "", "source_address = [ \"131.107.155.1\" ];", ""},
	    {"", "", "federation = { enabled = false; };", ""},
	    {"", "", "", "tcp_port = 442;"},
	    {"", "", "", "limits = { deny = [ \"10.0.0.0/8\" ]; };"},
	    {"", "", "", "health = { fall = 4; };"},
	    {"lb = { engine = \"auto\"; };", "", "", ""},
	    /* The default, but written: the kernel engine has none. */
	    {"lb = { engine = \"auto\"; };", "", "", "limits = { queue = 1000; };"},
	    {"dns = { targets = ( { name = \"a\"; zone = \"contoso.com\"; reload = [ "
	     "\"/x\" ]; } ); };",
		"", "", ""},
	    {"dns = { targets = ( { name = \"a\"; zone = \"contoso.com\"; reload = [ "
	     "\"/x\", \"y\" ]; "
	     "} ); };",
		"", "", ""},
	};
	uint64_t seen[countof(other)];

	(void)state;
	/* Written in another way, the same. */
	assert_true(plain == hash("# a comment\ninstance = \"edgepool\";", "", "", ""));
	assert_true(plain == hash("health = { interval = 2.0; };",
				 "federation_route = false;", "", ""));
	assert_true(
	    plain == hash("", "", "federation = { port = 5061; };", "udp_port = 3478;"));
	for (size_t i = 0; i < countof(other); i++) {
		seen[i] = hash(other[i][0], other[i][1], other[i][2], other[i][3]);
		assert_true(seen[i] != plain);
		for (size_t k = 0; k < i; k++)
			assert_true(seen[i] != seen[k]);
	}
}

/* The installed example writes most defaults out: it means what the README's twenty lines
 * mean, or one of the two, or the table, is wrong. */
static void
the_installed_example_is_the_readmes(void **state)
{
	static const char *const paths[] = {
	    "../etc/edgepool.conf", "conf/good/readme.conf"};
	uint64_t hashes[2];

	(void)state;
	for (size_t i = 0; i < countof(paths); i++) {
		struct model *m = NULL;
		struct diags diags;

		diags_init(&diags);
		assert_true(conf_load(paths[i], &m, &diags));
		assert_int_equal(diags.n, 0);
		hashes[i] = m->hash;
		model_free(&m);
		diags_fini(&diags);
	}
	assert_true(hashes[0] == hashes[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(defaults),
	    cmocka_unit_test(inheritance),
	    cmocka_unit_test(every_setting_of_the_prober_can_be_a_pools_and_a_services),
	    cmocka_unit_test(probes_of_members_that_are_no_edge_servers),
	    cmocka_unit_test(the_kernel_engines_defaults),
	    cmocka_unit_test(the_engine_auto_takes_what_it_can),
	    cmocka_unit_test(the_hash_is_of_the_content),
	    cmocka_unit_test(the_installed_example_is_the_readmes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
