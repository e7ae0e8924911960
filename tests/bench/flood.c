/* flood - a flood of SYNs, and 1,000 real connections beside it.
 *
 *     flood PACKETS           writes a capture to standard output
 *     flood PACKETS IFNAME    sends the same frames there, as fast as it takes them
 *
 * Ethernet, IPv4, TCP. Each SYN of the flood has another source. A connection is a handshake,
 * ten requests with their answers, and a FIN each way: 26 segments. The handshakes come first, one
 * after the other, then the other segments in turn, all evenly spread over the flood. The number of frames that were written or sent goes to standard error; SIGTERM ends
 * the sending.
 */
#define _GNU_SOURCE /* sendmmsg */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define FRAME 60
#define REAL 1000
#define SEGMENTS 26 /* of a connection */
#define BATCH 64
#define START 1700000000u
#define FRAME_NS 1000u
#define CLIENT_PORT 30000 /* and following */

static volatile sig_atomic_t stopped;

static void stop(int number)
{
	(void)number;
	stopped = 1;
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

struct segment {
	uint32_t source, destination, sequence, acknowledgment;
	uint16_t source_port, destination_port, payload;
	uint8_t flags;
};

static void fill(uint8_t *frame, const struct segment *segment)
{
	memset(frame, 0, FRAME);
	frame[0] = frame[6] = 2;
	put16(frame + 12, 0x0800);
	frame[14] = 0x45;
	put16(frame + 16, 40u + segment->payload);
	frame[22] = 64;
	frame[23] = IPPROTO_TCP;
	put32(frame + 26, segment->source);
	put32(frame + 30, segment->destination);
	put16(frame + 34, segment->source_port);
	put16(frame + 36, segment->destination_port);
	put32(frame + 38, segment->sequence);
	put32(frame + 42, segment->acknowledgment);
	frame[46] = 0x50;
	frame[47] = segment->flags;
	put16(frame + 48, 0xffff);
}

/* Segment STEP of connection NUMBER. Requests and answers have 6 bytes. */
static struct segment real(uint32_t number, unsigned step)
{
	bool reverse = step & 1;
	uint32_t sent = step < 2 ? 0 : 1 + (step > 2 ? (step - 3) / 2 * 6 : 0);
	uint32_t received = step == 0 ? 0 : 1 + (step > 3 ? (step - 2) / 2 * 6 : 0);
	struct segment segment = {.payload = 6, .flags = 0x18};

	if (step < 3) {
		segment.payload = 0;
		segment.flags = step == 0 ? 0x02 : step == 1 ? 0x12 : 0x10;
	} else if (step >= SEGMENTS - 3) {
		segment.payload = 0;
		segment.flags = step < SEGMENTS - 1 ? 0x11 : 0x10;
	}
	segment.source = reverse ? 0x0a000002 : 0x0a000001;
	segment.destination = reverse ? 0x0a000001 : 0x0a000002;
	segment.source_port = (uint16_t)(reverse ? 80 : CLIENT_PORT + number);
	segment.destination_port = (uint16_t)(reverse ? CLIENT_PORT + number : 80);
	segment.sequence = sent;
	segment.acknowledgment = received;
	return segment;
}

/* Frame AT of PACKETS; *REAL_AT segments of connections came before. */
static void next_frame(uint8_t *frame, uint64_t at, uint64_t packets, uint64_t *real_at)
{
	struct segment segment = {.destination = 0x0a000002, .destination_port = 80, .flags = 0x02};
	uint64_t whole = (uint64_t)REAL * SEGMENTS;

	if (*real_at < whole && at >= *real_at * packets / whole) {
		segment = *real_at < 3 * REAL
				  ? real((uint32_t)(*real_at / 3), (unsigned)(*real_at % 3))
				  : real((uint32_t)(*real_at % REAL), (unsigned)(*real_at / REAL));
		++*real_at;
	} else {
		segment.source = 0x0b000000u + (uint32_t)(at & 0xffffff);
		segment.source_port = (uint16_t)(1024 + (at >> 24));
		segment.sequence = (uint32_t)at;
	}
	fill(frame, &segment);
}

static int write_capture(uint64_t packets)
{
	const uint32_t header[6] = {0xa1b23c4d, 4u << 16 | 2, 0, 0, 65535, 1};
	uint64_t real_at = 0;
	uint8_t frame[FRAME];

	fwrite(header, sizeof(header), 1, stdout);
	for (uint64_t i = 0; i < packets; i++) {
		uint64_t ns = i * FRAME_NS;
		uint32_t record[4] = {START + (uint32_t)(ns / 1000000000),
				      (uint32_t)(ns % 1000000000), FRAME, FRAME};

		next_frame(frame, i, packets, &real_at);
		fwrite(record, sizeof(record), 1, stdout);
		fwrite(frame, FRAME, 1, stdout);
	}
	fprintf(stderr, "%" PRIu64 "\n", packets);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 74;
}

static int send_frames(uint64_t packets, const char *name)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(name)};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	static uint8_t frames[BATCH][FRAME];
	struct mmsghdr messages[BATCH] = {0};
	struct iovec parts[BATCH];
	uint64_t sent = 0, real_at = 0;

	if (fd < 0 || bind(fd, (const struct sockaddr *)&to, sizeof(to)) != 0) {
		perror(name);
		return 74;
	}
	while (sent < packets && !stopped) {
		unsigned count = packets - sent < BATCH ? (unsigned)(packets - sent) : BATCH;

		for (unsigned i = 0; i < count; i++) {
			next_frame(frames[i], sent + i, packets, &real_at);
			parts[i] = (struct iovec){frames[i], FRAME};
			messages[i].msg_hdr =
				(struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
		}
		for (unsigned done = 0; done < count;) {
			int n = sendmmsg(fd, messages + done, count - done, 0);

			if (n < 0 && errno != ENOBUFS && errno != EINTR) {
				perror(name);
				return 74;
			}
			done += n > 0 ? (unsigned)n : 0;
		}
		sent += count;
	}
	fprintf(stderr, "%" PRIu64 "\n", sent);
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t packets = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;

	if (argc < 2 || argc > 3 || packets < (uint64_t)REAL * SEGMENTS) {
		fprintf(stderr, "usage: flood PACKETS [IFNAME], at least %d packets\n",
			REAL * SEGMENTS);
		return 64;
	}
	signal(SIGTERM, stop);
	return argc == 2 ? write_capture(packets) : send_frames(packets, argv[2]);
}
