/* Bytes as a question of the DNS: what is answered keeps to its limit, repeats the question's id, and
 * is not a question itself. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/program/log.h"
#include "common/timeline/timeline.h"
#include "sink/lookup/dns/dns_packet.h"
#include "sink/lookup/dns/dns_responder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW ((struct when){INT64_C(1795420900) * NS_PER_SECOND})

static struct timeline *timeline; /* opening one for each input takes too long */
static struct dns_responder *responder;

static void close_them(void)
{
	dns_responder_close(responder);
	timeline_close(timeline);
}

static void feed(const char *record)
{
	const char *why;

	if (timeline_apply(timeline, timeline_next_offset(timeline), record, strlen(record), -1,
			   &why) != TIMELINE_APPLIED)
		abort();
}

static void open_them(void)
{
	static const struct timeline_options options = {
		.hold_ns = 10 * NS_PER_SECOND, .skew_ns = 500 * NS_PER_MS, .by_name = true};
	struct dns_source source = {.zones = {"cluster.local", "tenure.internal"}};

	log_init("dns_packet_fuzz", LOG_LEVEL_ERROR, LOG_TEXT);
	timeline = timeline_open(NULL, &options);
	if (timeline == NULL)
		abort();
	feed("{\"type\":\"ADDED\",\"resource\":\"services\",\"received\":\"2026-11-23T08:00:03Z\","
	     "\"object\":{\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\",\"uid\":\"u\","
	     "\"resourceVersion\":\"7\",\"creationTimestamp\":\"2026-11-23T08:00:00Z\"},"
	     "\"spec\":{\"clusterIPs\":[\"10.96.0.1\",\"fd96::1\"]}}}");
	feed("{\"type\":\"PROGRESS\",\"known\":\"2026-11-23T08:01:00Z\",\"received\":"
	     "\"2026-11-23T08:01:00Z\"}");
	source.timeline = timeline;
	responder = dns_responder_open(&source);
	if (responder == NULL)
		abort();
	atexit(close_them);
}

static void check(const uint8_t *data, size_t size, enum dns_transport transport, size_t limit)
{
	struct dns_reply reply = dns_responder_reply(responder, data, size, transport, true, NOW);

	if (reply.status == DNS_REPLY_WAITS)
		abort();
	if (reply.status == DNS_REPLY_NONE)
		return;
	if (reply.length > limit || reply.length < DNS_HEADER_SIZE ||
	    memcmp(reply.bytes, data, 2) != 0 || reply.bytes[2] < 0x80)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (responder == NULL)
		open_them();
	check(data, size, DNS_UDP,
	      DNS_UDP_FACTOR * size < DNS_UDP_MAX ? DNS_UDP_FACTOR * size : DNS_UDP_MAX);
	check(data, size, DNS_TCP, DNS_TCP_MAX);
	return 0;
}
