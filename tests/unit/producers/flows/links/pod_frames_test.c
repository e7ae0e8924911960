/* What frames say of a pod's addresses: ARP requests, before the pod's MAC is known and after. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "producers/flows/links/pod_frames.h"

#define T(seconds) ((struct when){INT64_C(1700000000000000000) + (int64_t)((seconds)*1e9)})
#define OWN 1
#define BRIDGE 2
#define POD 3
#define OTHER 4
#define ALL 0xff

struct request {
	uint8_t to, from, sender;
	const char *ip;
	uint8_t operation;
};

static struct ip address(const char *text)
{
	struct ip ip;

	assert_int_equal(ip_parse(text, strlen(text), &ip), 0);
	return ip;
}

static void assert_ip(const struct ip *found, const char *text)
{
	struct ip wanted = address(text);

	assert_int_equal(ip_compare(found, &wanted), 0);
}

static void set_mac(uint8_t *at, uint8_t mac)
{
	memset(at, mac == ALL ? ALL : 0, LINK_MAC_SIZE);
	at[0] = mac == ALL ? ALL : 2;
	at[LINK_MAC_SIZE - 1] = mac;
}

static uint64_t mac_of(uint8_t mac)
{
	uint8_t bytes[LINK_MAC_SIZE];

	set_mac(bytes, mac);
	return link_mac(bytes);
}

/* An Ethernet frame of 42 bytes (RFC 826). */
static void frame_of(uint8_t frame[static 42], const struct request *request)
{
	static const uint8_t head[] = {0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0};
	struct ip ip = address(request->ip);

	memset(frame, 0, 42);
	set_mac(frame, request->to);
	set_mac(frame + 6, request->from);
	memcpy(frame + 12, head, sizeof(head));
	frame[21] = request->operation;
	set_mac(frame + 22, request->sender);
	memcpy(frame + 28, ip.bytes + 12, 4);
}

static void hear(struct pod_frames *frames, const struct request *request, struct when time)
{
	uint8_t frame[42];

	frame_of(frame, request);
	pod_frames_other(frames, frame, sizeof(frame), time);
	pod_frames_settle(frames);
}

static void hear_packet(struct pod_frames *frames, uint8_t to, uint8_t from, const char *ip,
			struct when time)
{
	const struct packet packet = {.source = address(ip), .time = time};
	uint8_t frame[20] = {[12] = 0x08};

	set_mac(frame, to);
	set_mac(frame + 6, from);
	pod_frames_packet(frames, &packet, frame);
	pod_frames_settle(frames);
}

static struct pod_frames begin(struct links *links, uint64_t bridge)
{
	struct pod_frames frames = {0};

	links_appear(links, 3, "veth3", 7, WHEN_MIN, WHEN_MAX);
	sender_follow(&frames.sender, links, 3);
	sender_set_clock(&frames.sender, T(100));
	direction_set(&frames.direction, mac_of(OWN), bridge, bridge != mac_of(OWN));
	return frames;
}

static void only_requests_of_their_own_sender_are_read(void **state)
{
	const struct {
		struct request request;
		bool read;
	} cases[] = {
		{{ALL, POD, POD, "10.2.0.5", 1}, true},
		{{ALL, POD, POD, "10.2.0.5", 2}, false}, /* a reply may be another's: proxy ARP */
		{{ALL, POD, POD, "0.0.0.0", 1}, false},  /* a probe (RFC 5227) */
		{{ALL, POD, POD, "169.254.3.4", 1}, false},
		{{ALL, OTHER, POD, "10.2.0.5", 1}, false},
	};
	uint8_t frame[42];
	struct arp_request request;

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		frame_of(frame, &cases[c].request);
		for (size_t captured = 0; captured < 32; captured++)
			assert_false(arp_read(frame, captured, &request));
		assert_int_equal(arp_read(frame, 32, &request), cases[c].read);
		for (size_t at = 12; at < 22 && cases[c].read; at++) {
			frame[at] ^= 4;
			assert_false(arp_read(frame, sizeof(frame), &request));
			frame[at] ^= 4;
		}
	}
	frame_of(frame, &cases[0].request);
	assert_true(arp_read(frame, sizeof(frame), &request));
	assert_int_equal(request.mac, mac_of(POD));
	assert_ip(&request.ip, "10.2.0.5");
}

/* On a bridge, what others ask is flooded to the pod too. */
static void a_request_counts_once_the_pods_mac_is_known(void **state)
{
	struct links *links = links_new(8);
	struct pod_frames frames = begin(links, mac_of(BRIDGE));
	struct link_report report;

	(void)state;
	hear(&frames, &(struct request){ALL, OTHER, OTHER, "10.2.0.9", 1}, T(99));
	hear(&frames, &(struct request){ALL, POD, POD, "10.2.0.5", 1}, T(100));
	hear(&frames, &(struct request){ALL, POD, POD, "10.2.0.5", 1}, T(101));
	assert_false(links_rest(links, &report));
	/* Long after it. */
	sender_set_clock(&frames.sender, T(300));
	hear_packet(&frames, BRIDGE, POD, "10.2.0.5", T(300));
	hear(&frames, &(struct request){ALL, OTHER, OTHER, "10.2.0.9", 1}, T(301));
	/* An echo may have another source. */
	hear(&frames, &(struct request){ALL, POD, POD, "10.2.0.1", 1}, T(302));
	hear(&frames, &(struct request){ALL, POD, POD, "10.2.0.5", 1}, T(303));
	assert_int_equal(frames.unsure, 0);
	assert_true(links_rest(links, &report));
	assert_int_equal(report.address_count, 1);
	assert_ip(&report.addresses[0].ip, "10.2.0.5");
	assert_int_equal(report.addresses[0].first.ns, T(100).ns);
	assert_int_equal(report.addresses[0].last.ns, T(303).ns);
	links_free(links);
}

static void what_the_pod_asks_its_node_counts_at_once(void **state)
{
	struct links *links = links_new(8);
	struct pod_frames frames = begin(links, mac_of(OWN));
	struct link_report report;

	(void)state;
	hear(&frames, &(struct request){POD, OWN, OWN, "10.2.0.1", 1}, T(98));
	hear(&frames, &(struct request){OWN, POD, POD, "10.2.0.5", 1}, T(99));
	hear(&frames, &(struct request){ALL, POD, POD, "10.2.0.5", 1}, T(101));
	assert_true(links_rest(links, &report));
	assert_int_equal(report.address_count, 1);
	assert_int_equal(report.addresses[0].first.ns, T(99).ns);
	assert_int_equal(report.addresses[0].last.ns, T(101).ns);
	links_free(links);
}

/* Those of further MACs are left out, and none waits for the next MAC. */
static void few_requests_wait(void **state)
{
	struct links *links = links_new(8);
	struct pod_frames frames = begin(links, mac_of(BRIDGE));
	struct link_report report;

	(void)state;
	for (uint8_t mac = 10; mac < 10 + ARP_WAITING_MAX; mac++)
		hear(&frames, &(struct request){ALL, mac, mac, "10.2.0.9", 1}, T(98));
	assert_int_equal(frames.waiting.count, ARP_WAITING_MAX);
	hear(&frames, &(struct request){ALL, POD, POD, "10.2.0.5", 1}, T(99));
	assert_int_equal(frames.waiting.count, ARP_WAITING_MAX);
	assert_int_equal(frames.waiting.left_out, 1);
	hear_packet(&frames, BRIDGE, POD, "10.2.0.5", T(100));
	assert_int_equal(frames.waiting.count, 0);
	assert_true(links_rest(links, &report));
	assert_int_equal(report.addresses[0].first.ns, T(100).ns);
	links_free(links);
}

/* A packet of another family told the pod's MAC first. */
static void a_request_tells_what_echoes_are_the_pods(void **state)
{
	struct links *links = links_new(8);
	struct pod_frames frames = begin(links, mac_of(BRIDGE));
	struct link_report report;

	(void)state;
	hear(&frames, &(struct request){ALL, POD, POD, "10.2.0.5", 1}, T(98));
	hear_packet(&frames, BRIDGE, POD, "fe80::5", T(99));
	hear_packet(&frames, BRIDGE, POD, "10.2.0.5", T(100));
	hear_packet(&frames, OTHER, POD, "10.2.0.5", T(101));
	assert_int_equal(frames.unsure, 0);
	assert_true(links_rest(links, &report));
	assert_int_equal(report.addresses[0].last.ns, T(101).ns);
	links_free(links);
}

/* The clock was set meanwhile, or before the request was read. */
static void a_request_of_another_time_is_left_out(void **state)
{
	struct links *links = links_new(8);
	struct pod_frames frames = begin(links, mac_of(BRIDGE));
	struct link_report report;

	(void)state;
	hear(&frames, &(struct request){ALL, POD, POD, "10.2.0.5", 1}, T(80));
	hear(&frames, &(struct request){ALL, POD, POD, "10.2.0.5", 1}, T(100));
	sender_set_clock(&frames.sender, T(50));
	hear_packet(&frames, BRIDGE, POD, "10.2.0.5", T(50));
	assert_true(links_rest(links, &report));
	assert_int_equal(report.addresses[0].first.ns, T(50).ns);
	assert_int_equal(report.addresses[0].last.ns, T(50).ns);
	links_free(links);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_requests_of_their_own_sender_are_read),
		cmocka_unit_test(a_request_counts_once_the_pods_mac_is_known),
		cmocka_unit_test(what_the_pod_asks_its_node_counts_at_once),
		cmocka_unit_test(few_requests_wait),
		cmocka_unit_test(a_request_tells_what_echoes_are_the_pods),
		cmocka_unit_test(a_request_of_another_time_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
