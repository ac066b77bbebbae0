/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * world - the pool in the maps, and the program run over a packet.
 */
#include "world.h"

#include <arpa/inet.h>
#include <assert.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "host.h"

/* Rows and inputs of the fuzzer meet the same slots and lanes each time. */
#define SEED   0x12345678
#define VIP_V4 "192.0.2.10"
#define VIP_V6 "2001:db8:a::10"

struct km_addr
world_addr(const char *text)
{
	struct km_addr a = {{0, 0, htonl(0xffff), 0}};
	int ok = strchr(text, ':') != NULL ? inet_pton(AF_INET6, text, &a)
					   : inet_pton(AF_INET, text, &a.word[3]);

	assert(ok == 1);
	(void)ok;
	return a;
}

static struct km_addr
numbered(const struct world *w, const char *v4, const char *v6, unsigned last)
{
	struct km_addr a = world_addr(w->v6 ? v6 : v4);

	((uint8_t *)&a)[14] = (uint8_t)(last >> 8 | (w->v6 ? 0 : ((uint8_t *)&a)[14]));
	((uint8_t *)&a)[15] = (uint8_t)last;
	return a;
}

struct km_addr
world_client(const struct world *w, unsigned client)
{
	return numbered(w, "203.0.113.0", "2001:db8:c::", client);
}

struct km_addr
world_vip(const struct world *w)
{
	return world_addr(w->v6 ? VIP_V6 : VIP_V4);
}

struct km_addr
world_member(const struct world *w, unsigned member)
{
	return numbered(w, "10.1.0.0", "fd01::", 0x11 + member);
}

uint16_t
world_vip_port(enum service s)
{
	return s == TLS ? 443 : 3478;
}

uint16_t
world_member_port(enum service s)
{
	return s == TLS ? 5443 : 3478;
}

unsigned
world_row(const struct world *w, enum service s)
{
	return 1 + (unsigned)s + (w->v6 ? SERVICES : 0);
}

unsigned
world_endpoint_row(const struct world *w, enum service s, unsigned member)
{
	return 1 + (world_row(w, s) - 1) * MEMBERS + member;
}

struct km_listener *
world_listener(const struct world *w, enum service s)
{
	return &w->o.listeners[world_row(w, s)];
}

struct km_endpoint *
world_endpoint(const struct world *w, enum service s, unsigned member)
{
	return &w->o.endpoints[world_endpoint_row(w, s, member)];
}

void
world_ring(const struct world *w, enum service s, uint8_t choice)
{
	memset(w->o.rings[world_row(w, s)].slot, choice, KM_SLOTS);
}

void
world_ring_even(const struct world *w, enum service s)
{
	memcpy(w->o.rings[world_row(w, s)].slot, w->even, KM_SLOTS);
}

static uint8_t
protocol(enum service s)
{
	return s == TLS ? IPPROTO_TCP : IPPROTO_UDP;
}

static void
place(const struct world *w, enum kernel_map map, struct km_addr addr, enum service s,
    uint16_t port, uint32_t row)
{
	struct km_place at = {addr, htons(port), protocol(s), 0}, any = {.addr = addr};
	uint32_t nobody = KM_ANY;

	assert(bpf_map_update_elem(w->o.map[map], &at, &row, BPF_ANY) == 0);
	assert(bpf_map_update_elem(w->o.map[map], &any, &nobody, BPF_ANY) == 0);
}

static void
endpoint_new(const struct world *w, enum service s, unsigned member)
{
	struct km_endpoint *e = world_endpoint(w, s, member);

	*e = (struct km_endpoint){
	    .id = 100u + world_endpoint_row(w, s, member),
	    .addr = world_member(w, member),
	    .port = htons(world_member_port(s)),
	    .proto = protocol(s),
	    .backup = member == BACKUP,
	    .use = KM_USE_NEW,
	    .listener = world_row(w, s),
	    .member = member + 1,
	    .ifindex = w->member_link,
	    .mtu = 1500,
	    .hop_family = w->v6 ? AF_INET6 : AF_INET,
	    .hop = world_member(w, member),
	};
	if (!w->v6)
		e->hop = (struct km_addr){{e->addr.word[3]}};
}

static void
listener_new(const struct world *w, enum service s)
{
	struct km_listener *l = world_listener(w, s);

	*l = (struct km_listener){
	    .id = world_row(w, s),
	    .addr = world_vip(w),
	    .port = htons(world_vip_port(s)),
	    .proto = protocol(s),
	    .row = KM_ROW_ACTIVE,
	    .flags = s == TURN ? KM_LISTENER_DIRECT : 0,
	    .idle = object_ticks(300 * 1000000000LL),
	    .ring = world_row(w, s),
	    .domain = 1,
	    .n_choices = MEMBERS,
	};
	for (unsigned m = 0; m < MEMBERS; m++) {
		endpoint_new(w, s, m);
		l->choices[m] = (uint16_t)world_endpoint_row(w, s, m);
	}
	world_ring_even(w, s);
}

static void
empty(const struct world *w, enum kernel_map map, size_t key_octets)
{
	uint8_t key[128];

	assert(key_octets <= sizeof key);
	while (bpf_map_get_next_key(w->o.map[map], NULL, key) == 0)
		assert(bpf_map_delete_elem(w->o.map[map], key) == 0);
}

/* Of a row's @words numbers the one at @at, or all. */
#define ALL SIZE_MAX

static uint64_t
total(const struct world *w, enum kernel_map map, uint32_t row, size_t words, size_t at)
{
	uint64_t *values = calloc(w->o.cpus, words * sizeof *values), sum = 0;

	assert(values != NULL);
	assert(bpf_map_lookup_elem(w->o.map[map], &row, values) == 0);
	for (size_t i = 0; i < w->o.cpus * words; i++) {
		if (at == ALL || i % words == at)
			sum += values[i];
	}
	free(values);
	return sum;
}

uint64_t
world_count(const struct world *w, unsigned endpoint, enum km_count what)
{
	return total(w, KERNEL_MAP_COUNTS, endpoint, KM_COUNTS, what);
}

uint64_t
world_drop(const struct world *w, unsigned listener, enum km_drop what)
{
	return total(w, KERNEL_MAP_DROPS, listener, KM_DROPS, what);
}

uint64_t
world_counted(const struct world *w)
{
	uint64_t sum = 0;

	for (unsigned e = 0; e < ENDPOINTS_END; e++)
		sum += total(w, KERNEL_MAP_COUNTS, e, KM_COUNTS, ALL);
	return sum;
}

uint64_t
world_dropped(const struct world *w)
{
	uint64_t sum = 0;

	for (unsigned l = 0; l < LISTENERS_END; l++)
		sum += total(w, KERNEL_MAP_DROPS, l, KM_DROPS, ALL);
	return sum;
}

static bool
any_promoted(const struct world *w)
{
	for (unsigned e = 1; e < ENDPOINTS_END; e++) {
		if (world_count(w, e, KM_COUNT_PROMOTIONS) > 0)
			return true;
	}
	return false;
}

static void
clear_counters(const struct world *w)
{
	size_t octets = sizeof(struct km_counts) > sizeof(struct km_drops)
			    ? sizeof(struct km_counts)
			    : sizeof(struct km_drops);
	void *zero = calloc(w->o.cpus, octets);

	assert(zero != NULL);
	for (uint32_t i = 0; i < ENDPOINTS_END; i++)
		assert(bpf_map_update_elem(
			   w->o.map[KERNEL_MAP_COUNTS], &i, zero, BPF_ANY) == 0);
	for (uint32_t i = 0; i < LISTENERS_END; i++)
		assert(bpf_map_update_elem(
			   w->o.map[KERNEL_MAP_DROPS], &i, zero, BPF_ANY) == 0);
	free(zero);
}

static uint64_t
vip_bits(void)
{
	struct world v4 = {.v6 = false}, v6 = {.v6 = true};
	struct km_addr a = world_vip(&v4), b = world_vip(&v6);

	return km_vip_bit(&a) | km_vip_bit(&b);
}

static void
settings_new(const struct world *w)
{
	struct km_addr vip;

	*w->o.settings = (struct km_settings){
	    .version = KM_VERSION,
	    .seed = SEED,
	    .keys = {0x3c6ef372, 0xa54ff53b, 0x510e527f, 0x9b05688d, 0x1f83d9ab,
		0x5be0cd19},
	    .half_close = object_ticks(60 * 1000000000LL),
	    .unanswered = object_ticks(10 * 1000000000LL),
	    .closing = object_ticks(10 * 1000000000LL),
	    .affinity = object_ticks(300 * 1000000000LL),
	    .mask_v4 = world_addr("255.255.255.255"),
	    .flow_buckets = w->flows.n,
	    .half_buckets = w->half_open.n,
	    .middle = km_middle_of(w->flows.n),
	    .back = km_back_of(w->flows.n),
	    .places = w->o.settings->places + 1,
	    .vip_bits = vip_bits(),
	};
	memset(w->o.settings->mask_v4.word, 0xff, 12);
	memset(&w->o.settings->mask_v6, 0xff, 16);
	vip = world_addr(VIP_V4);
	w->o.settings->vip_bits = km_vip_bit(&vip);
	vip = world_addr(VIP_V6);
	w->o.settings->vip_bits |= km_vip_bit(&vip);
}

void
world_reset(struct world *w)
{
	bool v6 = w->v6;

	table_empty(&w->flows);
	table_empty(&w->half_open);
	empty(w, KERNEL_MAP_ASKED, sizeof(struct km_asked_key));
	if (w->affinity_put || any_promoted(w))
		empty(w, KERNEL_MAP_AFFINITIES, sizeof(struct km_affinity_key));
	w->affinity_put = false;
	empty(w, KERNEL_MAP_FRAGMENTS, sizeof(struct km_fragment_key));
	empty(w, KERNEL_MAP_LISTS, sizeof(struct km_list_key));
	clear_counters(w);
	settings_new(w);
	memset(w->o.budgets, 0, KM_BUDGETS * sizeof *w->o.budgets);
	for (int f = 0; f < 2; f++) {
		w->v6 = f == 1;
		listener_new(w, TLS);
		listener_new(w, TURN);
	}
	w->v6 = v6;
	w->client = 7;
	w->port = 40000;
}

static void
places_new(struct world *w)
{
	for (int f = 0; f < 2; f++) {
		w->v6 = f == 1;
		for (enum service s = TLS; s < SERVICES; s++) {
			place(w, KERNEL_MAP_VIPS, world_vip(w), s, world_vip_port(s),
			    world_row(w, s));
			for (unsigned m = 0; m < MEMBERS; m++)
				place(w, KERNEL_MAP_MEMBERS, world_member(w, m), s,
				    world_member_port(s), world_endpoint_row(w, s, m));
		}
	}
	w->v6 = false;
}

/* Not in our headers: BPF_F_TEST_SKB_CHECKSUM_COMPLETE, of Linux 6.16. */
#define TEST_CHECKSUM_COMPLETE 4

int
world_run(
    const struct world *w, uint32_t link, const struct packet *in, struct packet *out)
{
	struct __sk_buff ctx = {.ifindex = link,
	    .ingress_ifindex = link,
	    .gso_size = in->gso_size,
	    .gso_segs = in->gso_segs};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in->octets,
	    .data_size_in = (uint32_t)in->n, .data_out = out->octets,
	    .data_size_out = sizeof out->octets, .ctx_in = &ctx,
	    .ctx_size_in = sizeof ctx, .repeat = 1,
	    .flags = w->complete ? TEST_CHECKSUM_COMPLETE : 0);

	if (bpf_prog_test_run_opts(w->o.program, &opts) != 0)
		return WORLD_FAILED - errno;
	out->n = opts.data_size_out;
	out->gso_size = in->gso_size;
	out->gso_segs = in->gso_segs;
	return (int)opts.retval;
}

static bool
complete_is_known(struct world *w)
{
	static const struct packet none_of_ours = {.n = 64};
	struct packet out;
	int verdict;

	w->complete = true;
	verdict = world_run(w, w->client_link, &none_of_ours, &out);
	w->complete = false;
	return verdict > WORLD_FAILED;
}

int
world_open_sized(struct world *w, const struct object_sizes *sizes, struct sbuf *why)
{
	int err;

	*w = (struct world){0};
	object_init(&w->o);
	err = host_open(&w->client_link, &w->member_link, why);
	if (err == 0)
		err = object_open(&w->o, sizes, NULL, why);
	if (err != 0)
		return err;
	w->o.settings->seed = SEED;
	w->flows = table_of_flows(&w->o);
	w->half_open = table_open_half(&w->o);
	for (unsigned i = 0; i < KM_SLOTS; i++)
		w->even[i] = (uint8_t)(i % BACKUP);
	places_new(w);
	world_reset(w);
	w->can_complete = complete_is_known(w);
	return 0;
}

int
world_open(struct world *w, struct sbuf *why)
{
	struct object_sizes sizes = {.flows = FLOWS, .half_open = HALVES};

	return world_open_sized(w, &sizes, why);
}

void
world_close(struct world *w)
{
	table_close(&w->half_open);
	object_close(&w->o);
}

unsigned
world_entries(const struct world *w, enum kernel_map map)
{
	uint8_t a[128], b[128];
	unsigned n = 0;
	int err;

	if (map == KERNEL_MAP_FLOWS || map == KERNEL_MAP_HALF_OPEN)
		return table_count(map == KERNEL_MAP_FLOWS ? &w->flows : &w->half_open);
	err = bpf_map_get_next_key(w->o.map[map], NULL, a);
	while (err == 0) {
		n++;
		memcpy(b, a, sizeof a);
		err = bpf_map_get_next_key(w->o.map[map], b, a);
	}
	return n;
}
