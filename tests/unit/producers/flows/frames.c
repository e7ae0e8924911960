#include "tests/unit/producers/flows/frames.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void frame_add(struct frame *frame, const void *bytes, size_t length)
{
	memcpy(frame->bytes + frame->length, bytes, length);
	frame->length += length;
}

void frame_add_ethernet(struct frame *frame, uint16_t type)
{
	FRAME_ADD(frame, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, (uint8_t)(type >> 8), (uint8_t)type);
}

/* 10.0.0.1 to 10.0.0.2 */
void frame_add_ipv4(struct frame *frame, uint8_t protocol, uint16_t total, uint16_t fragment)
{
	FRAME_ADD(frame, 0x45, 0, (uint8_t)(total >> 8), (uint8_t)total, 0x12, 0x34,
		  (uint8_t)(fragment >> 8), (uint8_t)fragment, 64, protocol, 0, 0, 10, 0, 0, 1, 10,
		  0, 0, 2);
}

/* fd00::1 to fd00::2 */
void frame_add_ipv6(struct frame *frame, uint8_t next, uint16_t length)
{
	FRAME_ADD(frame, 0x60, 0, 0, 0, (uint8_t)(length >> 8), (uint8_t)length, next, 64, 0xfd, 0,
		  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		  0, 0, 0, 2);
}

/* 40000 to 80, sequence 100, acknowledgment 200 */
void frame_add_tcp(struct frame *frame, uint8_t flags, size_t payload)
{
	FRAME_ADD(frame, 0x9c, 0x40, 0, 80, 0, 0, 0, 100, 0, 0, 0, 200, 0x50, flags, 0xff, 0xff, 0,
		  0, 0, 0);
	frame->length += payload;
}

void frame_add_udp(struct frame *frame, size_t payload)
{
	FRAME_ADD(frame, 0x9c, 0x40, 0, 53, 0, (uint8_t)(8 + payload), 0, 0);
	frame->length += payload;
}

/* Decodes from memory that ends where the frame does, so that a read beyond it is detected. */
enum packet_verdict frame_decode_cut(enum packet_link link, const struct frame *frame,
				     size_t captured, struct packet *packet)
{
	uint8_t *bytes = malloc(captured > 0 ? captured : 1);
	enum packet_verdict verdict;

	assert_non_null(bytes);
	memcpy(bytes, frame->bytes, captured);
	verdict = packet_decode(link, bytes, captured, frame->length, packet);
	free(bytes);
	return verdict;
}

enum packet_verdict frame_decode(enum packet_link link, const struct frame *frame,
				 struct packet *packet)
{
	return frame_decode_cut(link, frame, frame->length, packet);
}
