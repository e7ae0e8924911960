/* repeats.h - packets that were captured more than once under one interface number, as "any" with
 * LINUX_SLL and mirror ports do.
 *
 * A packet may be a copy of another if they are of one flow and direction and have equal length, IP
 * identification, TCP numbers and flags, and transport checksum (for TCP and UDP only without an
 * identification). The TTL may differ: a copy may have passed a router. A retransmission may be
 * equal too. It is a copy
 *
 *   - with an identification, at most REPEATS_NS later: the sender gives each packet another;
 *   - without one (IPv6; 0, as in a SYN-ACK of Linux), if it has a SYN, at most REPEATS_PLAIN_NS
 *     later: only a timer repeats a SYN, and none is that fast.
 *
 * Otherwise nothing proves a copy: other segments are also retransmitted without a timer. Fragments
 * are not compared.
 *
 * (1) The last REPEATS_MAX packets are remembered.
 */
#ifndef TENURE_FLOWS_REPEATS_H
#define TENURE_FLOWS_REPEATS_H

#include <stdint.h>

#include "common/base/when.h"
#include "producers/flows/packet.h"

#define REPEATS_MAX 64
#define REPEATS_NS INT64_C(10000000)
#define REPEATS_PLAIN_NS INT64_C(1000000)

/* Zero-initialised. */
struct repeats {
	uint32_t added;
	uint32_t tags[REPEATS_MAX]; /* the low halves of HASHES, apart for a fast search */
	uint64_t hashes[REPEATS_MAX];
	struct when times[REPEATS_MAX];
};

enum repeats_verdict {
	REPEATS_FIRST,
	REPEATS_UNSURE, /* equal to a packet at most REPEATS_PLAIN_NS earlier, but no proven copy */
	REPEATS_COPY,
};

/* The hash of PACKET, whose flow's key has the hash FLOW. */
uint64_t repeats_hash(uint64_t flow, unsigned direction, const struct packet *packet);

enum repeats_verdict repeats_find(const struct repeats *repeats, uint64_t hash,
				  const struct packet *packet);
void repeats_add(struct repeats *repeats, uint64_t hash, const struct packet *packet);

#endif
