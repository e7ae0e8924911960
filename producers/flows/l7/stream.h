/* stream.h - the bytes of one direction of a TCP connection, in order and once. Pure.
 *
 * What arrives in order is handed on where it is, without a copy. Segments that came early are held
 * until the bytes before them arrive.
 *
 * (1) At most STREAM_HELD_MAX segments of a direction are held, each with at most STREAM_HELD_BYTES
 *     bytes, from a slab that all connections share.
 * (2) Bytes that were not captured are handed on as NULL and a length: STREAM_CUT if the capture
 *     kept only the start of their segment, STREAM_GAP if it missed segments. A gap is declared when
 *     the other side acknowledged the bytes, so that they will not come again, or when there is no
 *     room to wait for them (1).
 * (3) Repeated bytes are left out. RFC 9293 3.4: numbers compare modulo 2^32.
 */
#ifndef TENURE_FLOWS_L7_STREAM_H
#define TENURE_FLOWS_L7_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "producers/flows/l7/slab.h"
#include "producers/flows/packet.h"

#define STREAM_HELD_MAX 4
#define STREAM_HELD_BYTES 2016
#define STREAM_BLOCK_SIZE (32 + STREAM_HELD_BYTES)

/* Zero-initialised. */
struct stream {
	uint32_t next;  /* the number of the first byte that was not handed on */
	uint32_t acked; /* the other side's highest acknowledgment */
	uint32_t held;  /* the first held segment's block; in the order of their numbers */
	uint8_t held_count;
	bool open; /* NEXT is set */
	bool acks; /* ACKED is set */
	bool fin;  /* FIN_AT is set */
	uint32_t fin_at;
};

enum stream_missing { STREAM_PRESENT, STREAM_CUT, STREAM_GAP };

/* Bytes in order; the next are those after them. */
struct stream_piece {
	const uint8_t *bytes; /* NULL if MISSING */
	size_t length;        /* not 0 */
	struct when time;     /* of the packet; of a gap, of the packet that revealed it */
	enum stream_missing missing;
	bool first; /* the first of its segment */
};

struct stream_reader {
	void (*read)(void *context, const struct stream_piece *piece);
	void *context;
};

/* The direction's first byte is number FIRST. Without this it is the first that is seen. */
static inline void stream_open(struct stream *stream, uint32_t first)
{
	stream->open = true;
	stream->next = first;
}

/* Adds PACKET to its direction's STREAM. BLOCKS has blocks of STREAM_BLOCK_SIZE bytes. */
void stream_add(struct stream *stream, struct slab *blocks, const struct packet *packet,
		const struct stream_reader *reader);
/* PACKET, of the other direction, acknowledges bytes of STREAM. To be called before stream_add() of
 * its own direction. */
void stream_acknowledge(struct stream *stream, struct slab *blocks, const struct packet *packet,
			const struct stream_reader *reader);
/* True once all bytes up to the FIN were handed on. */
static inline bool stream_ended(const struct stream *stream)
{
	return stream->fin && stream->next == stream->fin_at;
}
/* Gives the held segments back, unread. */
void stream_drop(struct stream *stream, struct slab *blocks);

#endif
