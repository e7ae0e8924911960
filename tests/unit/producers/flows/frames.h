/* frames.h - frames for the tests of the decoder, header by header. */
#ifndef TENURE_TEST_FRAMES_H
#define TENURE_TEST_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#include "producers/flows/packet.h"

#define FRAME_MAX 2048

struct frame {
	uint8_t bytes[FRAME_MAX];
	size_t length;
};

void frame_add(struct frame *frame, const void *bytes, size_t length);

#define FRAME_ADD(frame, ...) \
	frame_add((frame), (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

void frame_add_ethernet(struct frame *frame, uint16_t type);
/* 10.0.0.1 to 10.0.0.2 */
void frame_add_ipv4(struct frame *frame, uint8_t protocol, uint16_t total, uint16_t fragment);
/* fd00::1 to fd00::2 */
void frame_add_ipv6(struct frame *frame, uint8_t next, uint16_t length);
/* 40000 to 80, sequence 100, acknowledgment 200 */
void frame_add_tcp(struct frame *frame, uint8_t flags, size_t payload);
/* 40000 to 53 */
void frame_add_udp(struct frame *frame, size_t payload);

/* Decodes from memory that ends where the frame does, so that a read beyond it is detected. */
enum packet_verdict frame_decode_cut(enum packet_link link, const struct frame *frame,
				     size_t captured, struct packet *packet);
enum packet_verdict frame_decode(enum packet_link link, const struct frame *frame,
				 struct packet *packet);

#endif
