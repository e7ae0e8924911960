/* make_pcap - writes a synthetic capture to standard output.
 *
 * Ethernet, IPv4, TCP to port 8080, frames 2 microseconds apart. Each frame belongs
 * to a random flow and direction; a flow begins with SYN and SYN-ACK, then data
 * follows. No FIN. With "http" the data are requests of one frame and responses of
 * RESPONSE_FRAMES in turn, and the size is that of a response's frame. The same arguments give
 * the same bytes.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADERS 54 /* Ethernet, IPv4, TCP */
#define FRAME_MAX 1514
#define START 1700000000u
#define REQUEST "GET /api/v1/items?page=7 HTTP/1.1\r\nHost: shop.example\r\nAccept: */*\r\n\r\n"
#define RESPONSE "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %05u\r\n\r\n"
#define RESPONSE_HEAD 68 /* bytes */
#define RESPONSE_FRAMES 8

struct flow {
	uint32_t next[2];
	uint8_t step; /* what was last: 0 nothing, 1 SYN, 2 SYN-ACK or a response, 3 a request, then more of its response */
};

static uint64_t state = 88172645463325252u;

static uint32_t random32(void)
{
	state ^= state << 13; /* xorshift64 */
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16);
}

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

/* Writes the payload of the flow's next message, and returns the frame's length. */
static size_t fill_message(uint8_t *frame, struct flow *flow, size_t size)
{
	char *payload = (char *)frame + HEADERS;

	if (flow->step == 2) {
		flow->step = 3;
		memcpy(payload, REQUEST, sizeof(REQUEST) - 1);
		return HEADERS + sizeof(REQUEST) - 1;
	}
	memset(payload, 'x', size - HEADERS);
	if (flow->step == 3) {
		char head[RESPONSE_HEAD + 1];

		snprintf(head, sizeof(head), RESPONSE,
			 (unsigned)(RESPONSE_FRAMES * (size - HEADERS) - RESPONSE_HEAD));
		memcpy(payload, head, RESPONSE_HEAD);
	}
	flow->step = flow->step == 2 + RESPONSE_FRAMES ? 2 : flow->step + 1;
	return size;
}

/* 1 if the server sends next. */
static unsigned next_direction(const struct flow *flow, bool http)
{
	if (flow->step < 2)
		return flow->step;
	return http ? flow->step >= 3 : random32() & 1;
}

/* Fills the headers; returns the frame's length. */
static size_t fill(uint8_t *frame, struct flow *flow, uint32_t number, size_t size, bool http)
{
	bool message = http && flow->step >= 2;
	unsigned reverse = next_direction(flow, http);
	uint32_t client = 0x0a000000u + number / 50000, server = 0x0a800000u + number % 251;
	uint32_t port = 10000 + number % 50000;
	uint8_t flags = flow->step == 0 ? 0x02 : flow->step == 1 ? 0x12 : 0x18;
	size_t length = flow->step < 2 ? HEADERS : message ? fill_message(frame, flow, size) : size;
	uint32_t payload = (uint32_t)(length - HEADERS);

	memset(frame, 0, HEADERS);
	frame[0] = frame[6] = 2;
	frame[reverse ? 6 : 0] = 4;
	put16(frame + 12, 0x0800);
	frame[14] = 0x45;
	put16(frame + 16, (uint32_t)(length - 14));
	frame[22] = 64;
	frame[23] = 6;
	put32(frame + 26, reverse ? server : client);
	put32(frame + 30, reverse ? client : server);
	put16(frame + 34, reverse ? 8080 : port);
	put16(frame + 36, reverse ? port : 8080);
	put32(frame + 38, flow->next[reverse]);
	put32(frame + 42, flow->next[!reverse]);
	frame[46] = 0x50;
	frame[47] = flags;
	put16(frame + 48, 0xffff);
	flow->next[reverse] += payload + (payload == 0 ? 1 : 0);
	if (payload == 0)
		flow->step++;
	return length;
}

int main(int argc, char **argv)
{
	const uint32_t header[6] = {0xa1b2c3d4, 4u << 16 | 2, 0, 0, 65535, 1};
	uint8_t frame[FRAME_MAX] = {0};
	struct flow *flows;
	unsigned long packets, size, count;
	bool http = argc == 5 && strcmp(argv[4], "http") == 0;

	if (argc != 4 && !http) {
		fprintf(stderr, "usage: make_pcap PACKETS FRAME-BYTES FLOWS [http] >FILE\n");
		return 64;
	}
	packets = strtoul(argv[1], NULL, 10);
	size = strtoul(argv[2], NULL, 10);
	count = strtoul(argv[3], NULL, 10);
	if (size <= HEADERS + (http ? RESPONSE_HEAD : 0) || size > FRAME_MAX || count == 0 ||
	    count > 10000000) {
		fprintf(stderr, "make_pcap: %d to 1514 bytes, 1 to 10000000 flows\n",
			HEADERS + 1 + (http ? RESPONSE_HEAD : 0));
		return 64;
	}
	flows = calloc(count, sizeof(*flows));
	if (flows == NULL)
		return 71;
	fwrite(header, sizeof(header), 1, stdout);
	for (unsigned long i = 0; i < packets; i++) {
		uint32_t number = random32() % (uint32_t)count;
		uint64_t us = 2 * (uint64_t)i;
		uint32_t length = (uint32_t)fill(frame, &flows[number], number, size, http);
		uint32_t record[4] = {START + (uint32_t)(us / 1000000), (uint32_t)(us % 1000000),
				      length, length};

		fwrite(record, sizeof(record), 1, stdout);
		fwrite(frame, length, 1, stdout);
	}
	free(flows);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 74;
}
