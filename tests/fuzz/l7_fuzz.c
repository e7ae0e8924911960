/* The input is segments. Each has one byte for its direction and how it arrives, two for its length, and
 * its bytes.
 *
 * They are read twice, once as they are and once in pieces of 48 bytes: unless one of them is late, cut
 * or lost, or a message could not be read, the counts must be the same. Nor may there be more responses than
 * requests unless the counts are said to be uncertain. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/scan.h"
#include "common/base/text.h"
#include "common/base/transport.h"
#include "producers/flows/flow_l7.h"
#include "producers/flows/l7/l7.h"

#define SEGMENTS_MAX 64
#define HEADER 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FROM_SERVER = 1, CUT = 2, LATE = 4, LOST = 8, AGAIN = 16, DATAGRAM = 32 };

struct segment {
	const uint8_t *bytes;
	uint32_t length;
	uint8_t how;
};

struct script {
	struct segment segments[SEGMENTS_MAX];
	size_t count;
	bool whole;     /* no segment is late, cut or lost */
	bool datagrams; /* they are no segments of TCP: the first one says it for all */
};

static void require(bool claim)
{
	if (!claim)
		abort();
}

static struct script read_script(const uint8_t *data, size_t size)
{
	struct script script = {.whole = true};

	while (size > HEADER && script.count < SEGMENTS_MAX) {
		struct segment *segment = &script.segments[script.count++];
		size_t length = (size_t)(data[1] << 8 | data[2]);

		*segment = (struct segment){data + HEADER, 0, data[0]};
		data += HEADER;
		size -= HEADER;
		segment->length = (uint32_t)(length < size ? length : size);
		data += segment->length;
		size -= segment->length;
		script.whole &= !(segment->how & (CUT | LATE | LOST));
	}
	return script;
}

struct run {
	struct l7 *l7;
	uint32_t slot;
	int64_t clock;
	uint32_t next[2];
	uint32_t first[2];
	unsigned packets;
	bool told;
};

static void add(struct run *run, unsigned direction, uint32_t sequence, const uint8_t *bytes,
		uint32_t length, bool cut, bool datagram)
{
	/* Memory that ends where the payload does, so that a read beyond it is detected. */
	uint32_t captured = cut ? length / 2 : length;
	uint8_t *copy = malloc(captured > 0 ? captured : 1);
	struct packet packet = {
		.time = {run->clock += 1000},
		.protocol = datagram ? TRANSPORT_UDP : TRANSPORT_TCP,
		.tcp_flags = TCP_ACK,
		.sequence = sequence,
		.acknowledgment = run->next[!direction],
		.payload = length,
		.payload_captured = captured,
		.payload_bytes = copy,
	};

	require(copy != NULL);
	memcpy(copy, bytes, captured);
	run->packets++;
	l7_add(run->l7, &run->slot, &packet, direction, &run->first[direction]);
	if (run->packets == 1)
		run->told = l7_get_stats(run->l7).connections == 1;
	free(copy);
}

static void add_segment(struct run *run, const struct segment *segment, size_t step, bool datagram)
{
	unsigned direction = segment->how & FROM_SERVER;

	for (uint32_t at = 0; at < segment->length; at += (uint32_t)step) {
		uint32_t left = segment->length - at;
		uint32_t length = left < step ? left : (uint32_t)step;
		uint32_t sequence = run->next[direction];

		run->next[direction] += length;
		if (segment->how & LOST)
			continue;
		if (segment->how & LATE && length > 1)
			add(run, direction, sequence + length / 2, segment->bytes + at + length / 2,
			    length - length / 2, false, datagram);
		add(run, direction, sequence, segment->bytes + at, length, segment->how & CUT,
		    datagram);
		if (segment->how & AGAIN)
			add(run, direction, sequence, segment->bytes + at, length, false, datagram);
	}
}

/* *TOLD: the first segment showed the protocol. */
static struct flow_l7 play(const struct script *script, size_t step, bool *told)
{
	struct run run = {.l7 = l7_new(UINT32_MAX, 1),
			  .next = {1000, UINT32_MAX - 50},
			  .first = {1000, UINT32_MAX - 50}};
	struct flow_l7 taken;
	struct text text;

	require(run.l7 != NULL);
	for (size_t i = 0; i < script->count; i++)
		add_segment(&run, &script->segments[i], step, script->datagrams);
	*told = run.told;
	l7_take(run.l7, run.slot, 0, true, &taken);
	text_init(&text, 1 << 16);
	text_add_string(&text, "{");
	flow_l7_add(&taken, &text);
	text_add_string(&text, "\"end\":0}");
	require(scan_validate(text.data, text.length) == SCAN_GOOD);
	text_free(&text);
	l7_drop(run.l7, &run.slot);
	l7_free(run.l7);
	return taken;
}

static bool is_uncertain(const struct flow_l7 *l7)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < FLOW_L7_REASONS; i++)
		sum |= l7->uncertain[i];
	return sum != 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script script = read_script(data, size);
	struct flow_l7 whole, bytes;
	bool told[2];

	script.datagrams = script.count > 0 && script.segments[0].how & DATAGRAM;
	script.whole &= !script.datagrams; /* a datagram is read as a whole */
	whole = play(&script, SIZE_MAX, &told[0]);
	/* Protocols but HTTP are not told by fewer bytes than these. */
	bytes = play(&script, script.whole ? 48 : 100, &told[1]);
	/* After a loss the next segment that begins with a message counts, so segments matter. */
	/* A server may answer each retry of DNS. */
	require(whole.protocol == FLOW_L7_NONE || whole.protocol == FLOW_L7_DNS ||
		is_uncertain(&whole) ||
		whole.responses + whole.unanswered + whole.one_way <= whole.requests);
	if (!script.whole || !told[0] || !told[1] || whole.protocol == FLOW_L7_NONE ||
	    whole.protocol != bytes.protocol || is_uncertain(&whole) || is_uncertain(&bytes))
		return 0;
	require(whole.requests == bytes.requests && whole.responses == bytes.responses &&
		whole.one_way == bytes.one_way && whole.unanswered == bytes.unanswered);
	require(memcmp(whole.status, bytes.status, sizeof(whole.status)) == 0);
	return 0;
}
