/* The input: one byte for the link type and the table's size, then frames. Each has two
 * bytes for its length, one for the bytes on the wire that were not captured, five for
 * the step in time, and its bytes. They go through the decoder, the fragments and a flow
 * table.
 *
 * Every packet must come out in exactly one flow, unless it was counted as a copy, a late segment or
 * a fragment alone, and every flow as a valid record. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/scan.h"
#include "common/base/when.h"
#include "producers/flows/flow.h"
#include "producers/flows/flow_table.h"
#include "producers/flows/fragments.h"
#include "producers/flows/packet.h"
#include "producers/flows/paths.h"

#define HEADER 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	struct flow_table *table;
	struct fragments *fragments;
	struct paths *paths;
	struct when clock;
	struct text text;
	struct flow flow;
	uint64_t packets_in;
	uint64_t packets_out;
};

static void require(bool claim)
{
	if (!claim)
		abort();
}

static void check_flow(struct run *run)
{
	static const struct flow_observer observer = {"fuzz", "eth0", 1, "f-1-1-0"};
	struct flow *flow = &run->flow;

	require(when_not_after(flow->start, flow->end));
	require(flow->source.packets + flow->destination.packets > 0);
	run->packets_out += flow->source.packets + flow->destination.packets;
	text_clear(&run->text);
	flow->encapsulation = paths_encapsulation(run->paths, flow->path);
	flow_format(flow, &observer, &run->text);
	require(!run->text.failed);
	require(scan_validate(run->text.data, run->text.length) == SCAN_GOOD);
}

/* ADVANCE: time goes on with PACKET. */
static void add_packet(struct run *run, const struct packet *packet, bool advance)
{
	while (advance && flow_table_expire(run->table, packet->time, &run->flow))
		check_flow(run);
	if (advance)
		run->clock = packet->time;
	flow_table_aim(run->table, packet, 1);
	if (flow_table_add(run->table, packet, 0, &run->flow))
		check_flow(run);
}

static void add_frame(struct run *run, enum packet_link link, struct when time,
		      const uint8_t *frame, size_t captured, size_t on_wire)
{
	/* Memory that ends where the frame does, so that a read beyond it is detected. */
	uint8_t *bytes = malloc(captured > 0 ? captured : 1);
	struct packet packet;

	require(bytes != NULL);
	memcpy(bytes, frame, captured);
	packet.time = time;
	if (packet_decode(link, bytes, captured, on_wire, &packet) == PACKET_OK) {
		require(packet.bytes <= packet.frame_bytes);
		packet.interface &= 7;
		paths_set(run->paths, &packet, run->clock);
		run->packets_in++;
		if (!packet_is_fragment(&packet)) {
			add_packet(run, &packet, true);
		} else if (fragments_take(run->fragments, &packet)) {
			add_packet(run, &packet, true);
			while (fragments_release(run->fragments, &packet))
				add_packet(run, &packet, false);
		}
	}
	free(bytes);
}

static int64_t read_step(const uint8_t *bytes)
{
	/* A sign, then 2^0 to 2^31 times 256 steps of a nanosecond. */
	int64_t step = (int64_t)bytes[1] << (bytes[2] & 31);

	return bytes[0] & 1 ? -step : step;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct flow_table_options options = {
		.max_flows = 1,
		.idle_stream_ns = 60 * NS_PER_SECOND,
		.idle_datagram_ns = 30 * NS_PER_SECOND,
		.active_ns = 60 * NS_PER_SECOND,
		.linger_ns = NS_PER_SECOND,
		.seed = {1, 2, 3, 4, 5, 6, 7},
	};
	struct flow_table_stats stats;
	struct run run = {0};
	struct when time = {INT64_C(1700000000) * NS_PER_SECOND};
	enum packet_link link;

	if (size < 1)
		return 0;
	link = data[0] % PACKET_LINKS;
	options.max_flows += data[0] / PACKET_LINKS % 8;
	run.table = flow_table_new(&options);
	run.fragments = fragments_new(options.seed, 4);
	run.paths = paths_new(options.seed, 4, options.idle_stream_ns, data[0] & 1);
	require(run.table != NULL && run.fragments != NULL && run.paths != NULL);
	text_init(&run.text, FLOW_RECORD_MAX);
	for (size_t at = 1; size - at > HEADER;) {
		const uint8_t *header = data + at;
		size_t length = (size_t)header[0] << 8 | header[1];

		at += HEADER;
		if (length > size - at)
			length = size - at;
		time.ns += read_step(header + 3);
		add_frame(&run, link, time, data + at, length, length + header[2]);
		at += length;
	}
	while (flow_table_drain(run.table, &run.flow))
		check_flow(&run);
	require(flow_table_get_stats(run.table).active == 0);
	stats = flow_table_get_stats(run.table);
	fragments_finish(run.fragments);
	require(run.packets_in == run.packets_out + stats.copies.repeated + stats.late_segments +
					  fragments_get_stats(run.fragments).alone);
	text_free(&run.text);
	fragments_free(run.fragments);
	paths_free(run.paths);
	flow_table_free(run.table);
	return 0;
}
