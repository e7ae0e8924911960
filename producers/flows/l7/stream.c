#include "producers/flows/l7/stream.h"

#include <string.h>

#include "common/base/transport.h"

struct held {
	struct when time;
	uint32_t next; /* block of the segment after it; SLAB_NONE for none */
	uint32_t sequence;
	uint32_t length;
	uint32_t captured;
	uint64_t unused;
	uint8_t bytes[STREAM_HELD_BYTES];
};

_Static_assert(sizeof(struct held) == STREAM_BLOCK_SIZE, "STREAM_BLOCK_SIZE is the block's");

/* How far A is after B. */
static int32_t after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

/* Hands on LENGTH bytes that are next, of which the first CAPTURED are at BYTES. */
static void deliver(struct stream *stream, const struct stream_reader *reader, const uint8_t *bytes,
		    uint32_t captured, uint32_t length, struct when time)
{
	struct stream_piece piece = {.time = time, .first = true};

	stream->next += length;
	if (captured > 0) {
		piece.bytes = bytes;
		piece.length = captured;
		reader->read(reader->context, &piece);
		piece.first = false;
	}
	if (captured < length) {
		piece.bytes = NULL;
		piece.length = length - captured;
		piece.missing = STREAM_CUT;
		reader->read(reader->context, &piece);
	}
}

/* Hands on those of a segment's bytes that are next. */
static void deliver_new(struct stream *stream, const struct stream_reader *reader,
			const uint8_t *bytes, uint32_t captured, uint32_t sequence, uint32_t length,
			struct when time)
{
	uint32_t old = stream->next - sequence;

	if (old >= length)
		return;
	if (captured > old)
		deliver(stream, reader, bytes + old, captured - old, length - old, time);
	else
		deliver(stream, reader, NULL, 0, length - old, time);
}

/* Hands on the held segments that are next. */
static void deliver_held(struct stream *stream, struct slab *blocks,
			 const struct stream_reader *reader)
{
	while (stream->held != SLAB_NONE) {
		uint32_t number = stream->held;
		struct held *held = slab_at(blocks, number);

		if (after(held->sequence, stream->next) > 0)
			return;
		stream->held = held->next;
		stream->held_count--;
		deliver_new(stream, reader, held->bytes, held->captured, held->sequence,
			    held->length, held->time);
		slab_give(blocks, number);
	}
}

/* The bytes up to number END were not captured. */
static void declare_gap(struct stream *stream, const struct stream_reader *reader, uint32_t end,
			struct when time)
{
	struct stream_piece piece = {
		.length = end - stream->next,
		.time = time,
		.missing = STREAM_GAP,
	};

	stream->next = end;
	reader->read(reader->context, &piece);
}

/* Holds an early segment. False if there is no room. */
static bool hold(struct stream *stream, struct slab *blocks, const struct packet *packet,
		 uint32_t sequence)
{
	uint32_t *link = &stream->held, number;
	struct held *held;

	for (; *link != SLAB_NONE; link = &held->next) {
		held = slab_at(blocks, *link);
		if (after(held->sequence, sequence) > 0)
			break;
		if (held->sequence == sequence && held->length >= packet->payload)
			return true;
	}
	if (stream->held_count == STREAM_HELD_MAX)
		return false;
	number = slab_take(blocks);
	if (number == SLAB_NONE)
		return false;
	held = slab_at(blocks, number);
	held->time = packet->time;
	held->next = *link;
	held->sequence = sequence;
	held->length = packet->payload;
	held->captured = packet->payload_captured;
	if (held->captured > STREAM_HELD_BYTES)
		held->captured = STREAM_HELD_BYTES;
	if (held->captured > 0)
		memcpy(held->bytes, packet->payload_bytes, held->captured);
	*link = number;
	stream->held_count++;
	return true;
}

/* A segment that is not next: waits for the bytes before it, or gives them up. */
static void add_early(struct stream *stream, struct slab *blocks, const struct packet *packet,
		      uint32_t sequence, const struct stream_reader *reader)
{
	bool acked = stream->acks && after(stream->acked, sequence) >= 0;

	while (after(sequence, stream->next) > 0) {
		const struct held *first = NULL;

		if (!acked && hold(stream, blocks, packet, sequence))
			return;
		if (stream->held != SLAB_NONE)
			first = slab_at(blocks, stream->held);
		if (first == NULL || after(first->sequence, sequence) >= 0) {
			declare_gap(stream, reader, sequence, packet->time);
		} else {
			declare_gap(stream, reader, first->sequence, first->time);
			deliver_held(stream, blocks, reader);
		}
	}
	deliver_new(stream, reader, packet->payload_bytes, packet->payload_captured, sequence,
		    packet->payload, packet->time);
	deliver_held(stream, blocks, reader);
}

void stream_add(struct stream *stream, struct slab *blocks, const struct packet *packet,
		const struct stream_reader *reader)
{
	unsigned flags = packet->tcp_flags;
	/* A SYN takes the number before its data, which RFC 7413 allows. */
	uint32_t sequence = packet->sequence + (flags & TCP_SYN ? 1 : 0);
	int32_t early;

	if (flags & TCP_RST)
		return; /* a RST may have any sequence number */
	if (!stream->open) {
		if (packet->payload == 0)
			return; /* it may be a keep-alive, one below the next */
		stream->open = true;
		stream->next = sequence;
	}
	if (flags & TCP_FIN) {
		stream->fin = true;
		stream->fin_at = sequence + packet->payload;
	}
	if (packet->payload == 0)
		return;
	early = after(sequence, stream->next);
	if (early > 0) {
		add_early(stream, blocks, packet, sequence, reader);
		return;
	}
	deliver_new(stream, reader, packet->payload_bytes, packet->payload_captured, sequence,
		    packet->payload, packet->time);
	if (stream->held != SLAB_NONE)
		deliver_held(stream, blocks, reader);
}

void stream_acknowledge(struct stream *stream, struct slab *blocks, const struct packet *packet,
			const struct stream_reader *reader)
{
	if (!(packet->tcp_flags & TCP_ACK) || packet->tcp_flags & TCP_RST)
		return;
	if (!stream->acks || after(packet->acknowledgment, stream->acked) > 0)
		stream->acked = packet->acknowledgment;
	stream->acks = true;
	/* An acknowledgment alone may be of a FIN, and is not a reaction to the bytes. */
	if (packet->payload == 0)
		return;
	while (stream->open && after(stream->acked, stream->next) > 0) {
		uint32_t end = stream->acked;

		if (stream->held != SLAB_NONE) {
			const struct held *first = slab_at(blocks, stream->held);

			if (after(end, first->sequence) > 0)
				end = first->sequence;
		}
		if (stream->fin && after(end, stream->fin_at) > 0)
			end = stream->fin_at;
		if (after(end, stream->next) <= 0)
			return;
		declare_gap(stream, reader, end, packet->time);
		deliver_held(stream, blocks, reader);
	}
}

void stream_drop(struct stream *stream, struct slab *blocks)
{
	while (stream->held != SLAB_NONE) {
		uint32_t number = stream->held;

		stream->held = ((struct held *)slab_at(blocks, number))->next;
		slab_give(blocks, number);
	}
	stream->held_count = 0;
}
