/* A node whose pods come and go, as a live capture sees it: late, with packets that are missed. Whatever is said of an address that was
 * alone, no other pod of the node sent from it in between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "producers/flows/links/links.h"

#define PODS 40      /* at once */
#define ADDRESSES 24 /* of each family */
#define TENURES 2048 /* of one address */
#define WAITING 64   /* that are in one ring */
#define STEPS 300000
#define START (INT64_C(1700000000) * NS_PER_SECOND)
#define MS NS_PER_MS

struct pod {
	bool there;
	bool followed;
	bool forwards;
	uint64_t id;
	int address[2]; /* -1: none */
	struct when since, open, missed;
	bool sent[2]; /* its own address has been seen, of each family */
	size_t waiting;
	struct packet_in {
		struct ip ip;
		struct when time;
	} ring[WAITING];
};

/* The packets that a pod sent from an address. No two pods have it at once. */
static struct tenure {
	uint64_t pod;
	struct when first, last;
} tenures[2][ADDRESSES][TENURES];
static size_t tenure_count[2][ADDRESSES];

static struct links *links;
static struct pod pods[PODS];
static uint64_t ids[PODS]; /* of whom a report of the number is */
static bool taken[2][ADDRESSES];
static uint64_t next_id, claims, claimed_to_end, random_state;
static struct when now, seen;

static uint64_t draw(uint64_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 11) % below;
}

static struct ip address(int family, int at)
{
	char text[32];
	struct ip ip;

	snprintf(text, sizeof(text), family == 0 ? "10.244.1.%d" : "fd00::%d", at + 1);
	assert_int_equal(ip_parse(text, strlen(text), &ip), 0);
	return ip;
}

/* ---- The node ---- */

static void begin_pod(struct pod *pod)
{
	*pod = (struct pod){.there = true, .address = {-1, -1}, .id = ++next_id};
	pod->followed = draw(100) > 0;
	pod->forwards = draw(15) == 0;
	pod->since = when_add(now, -(int64_t)draw(20) * MS);
	pod->open = when_add(now, (int64_t)draw(50) * MS);
	if (!pod->followed)
		return;
	ids[pod - pods] = pod->id;
	links_appear(links, (uint16_t)(pod - pods), "veth", 1, pod->since);
	links_miss(links, (uint16_t)(pod - pods), pod->since, pod->open);
}

static bool is_missed(const struct pod *pod)
{
	return !pod->followed || when_not_after(now, pod->open);
}

static void hold(uint64_t pod, int family, int at)
{
	size_t *count = &tenure_count[family][at];
	struct tenure *tenure = &tenures[family][at][*count];

	if (*count > 0 && tenure[-1].pod == pod) {
		tenure[-1].last = now;
		return;
	}
	assert_true(*count < TENURES);
	*tenure = (struct tenure){pod, now, now};
	++*count;
}

static void send_from(struct pod *pod, struct ip ip, bool own)
{
	bool dropped = pod->followed && !is_missed(pod) && draw(60) == 0;

	if (dropped && (own || pod->forwards)) {
		/* Told when that is looked at. */
		if (when_is_max(pod->missed))
			pod->missed = now;
		return;
	}
	if (is_missed(pod) || pod->waiting == WAITING)
		return;
	pod->ring[pod->waiting++] = (struct packet_in){ip, now};
	if (own)
		pod->sent[!ip_is_v4(&ip)] = true;
}

static void use_pod(struct pod *pod)
{
	int family = draw(4) == 0;

	/* It gets an address long after its interface. Some are rare. */
	if (pod->address[family] < 0) {
		int at = (int)draw(ADDRESSES);

		if (taken[family][at] || draw(at < 4 ? 400 : 3) > 0)
			return;
		taken[family][at] = true;
		pod->address[family] = at;
	}
	if (pod->forwards && pod->sent[family] && draw(2) == 0) {
		send_from(pod, address(family, (int)draw(ADDRESSES)), false);
	} else {
		hold(pod->id, family, pod->address[family]);
		send_from(pod, address(family, pod->address[family]), true);
	}
}

static void read_ring(struct pod *pod)
{
	for (size_t i = 0; i < pod->waiting; i++)
		links_packet(links, (uint16_t)(pod - pods), &pod->ring[i].ip, pod->ring[i].time);
	pod->waiting = 0;
}

/* ---- The meter ---- */

static void tell_missed(struct pod *pod)
{
	if (!when_is_max(pod->missed) && pod->followed)
		links_miss(links, (uint16_t)(pod - pods), seen, now);
	pod->missed = WHEN_MAX;
}

static void end_pod(struct pod *pod)
{
	for (int family = 0; family < 2; family++) {
		if (pod->address[family] >= 0)
			taken[family][pod->address[family]] = false;
	}
	read_ring(pod);
	tell_missed(pod);
	if (pod->followed)
		links_end(links, (uint16_t)(pod - pods), now);
	else
		links_gap(links, pod->since, now);
	pod->there = false;
}

/* All that came so far is read. */
static void see(void)
{
	struct when limit = now;

	for (size_t i = 0; i < PODS; i++) {
		if (!pods[i].there)
			continue;
		read_ring(&pods[i]);
		tell_missed(&pods[i]);
		if (!pods[i].followed)
			limit = when_earlier(limit, pods[i].since);
	}
	seen = limit;
	links_see(links, seen);
}

/* ---- What is said ---- */

static bool is_several(const struct link_report *report)
{
	size_t of_family[2] = {0};

	for (size_t i = 0; i < report->address_count; i++)
		of_family[ip_is_v4(&report->addresses[i].ip)]++;
	return of_family[0] > 1 || of_family[1] > 1;
}

static void check_tenures(const struct link_address *said, uint64_t pod)
{
	int family = ip_is_v4(&said->ip) ? 0 : 1, at = 0;
	struct ip ip = address(family, 0);

	while (ip_compare(&ip, &said->ip) != 0)
		ip = address(family, ++at);
	for (size_t i = 0; i < tenure_count[family][at]; i++) {
		const struct tenure *other = &tenures[family][at][i];

		if (other->pod != pod)
			assert_true(when_not_after(other->last, said->alone_since) ||
				    when_before(said->alone_until, other->first));
	}
}

static void check(const struct link_report *report)
{
	for (size_t i = 0; i < report->address_count && !is_several(report); i++) {
		const struct link_address *said = &report->addresses[i];

		if (when_is_min(said->alone_until))
			continue;
		claims++;
		claimed_to_end += report->gone && when_before(report->until, said->alone_until);
		assert_true(when_not_after(said->alone_since, said->first));
		assert_true(when_not_after(said->first, said->alone_until));
		assert_true(when_not_after(said->alone_until, seen));
		check_tenures(said, ids[report->number]);
	}
}

static void step(void)
{
	struct pod *pod = &pods[draw(PODS)];
	struct link_report report;

	now = when_add(now, (int64_t)draw(40) * MS + 1);
	/* The number of one that is gone is used again later. */
	if (!pod->there && !links_has(links, (uint16_t)(pod - pods)) && draw(10) == 0) {
		begin_pod(pod);
		pod->missed = WHEN_MAX;
	} else if (pod->there && draw(60) == 0) {
		end_pod(pod);
	} else if (pod->there) {
		use_pod(pod);
	}
	if (draw(10) == 0)
		see();
	while (links_next(links, now, &report))
		check(&report);
}

static void no_other_pod_sent_from_what_is_alone(void **state)
{
	struct link_report report;

	(void)state;
	links = links_new(PODS);
	assert_non_null(links);
	now.ns = START;
	random_state = 88172645463325252u;
	links_whole(links, now);
	links_see(links, WHEN_MIN);
	seen = now;
	for (size_t i = 0; i < STEPS; i++)
		step();
	see();
	while (links_rest(links, &report))
		check(&report);
	print_message("%ju pods, %ju claims, %ju to the end\n", (uintmax_t)next_id,
		      (uintmax_t)claims, (uintmax_t)claimed_to_end);
	assert_true(links_get_stats(links).forgotten > 100);
	assert_true(claims > 1000);
	assert_true(claimed_to_end > 100);
	links_free(links);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(no_other_pod_sent_from_what_is_alone)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
