/* flow_key.h - what the packets of one conversation have in common.
 *
 * Two endpoints (address and port), the protocol and the path (paths.h). For ICMP the ports are the two
 * numbers that Community ID uses instead. The lesser endpoint comes first, so both directions have
 * the same key; a one-way ICMP message has its sender first.
 */
#ifndef TENURE_FLOWS_FLOW_KEY_H
#define TENURE_FLOWS_FLOW_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "producers/flows/packet.h"

#define FLOW_KEY_SEED_WORDS 7 /* of the hash */

struct flow_key {
	uint64_t words[5]; /* address A, address B, ports and the rest */
};

/* Sets *KEY. Returns the packet's direction: 0 if its source is endpoint A. */
unsigned flow_key_from_packet(const struct packet *packet, struct flow_key *key);

static inline bool flow_key_equal(const struct flow_key *a, const struct flow_key *b)
{
	const uint64_t *x = a->words, *y = b->words;

	return ((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]) | (x[4] ^ y[4])) == 0;
}

/* A universal hash: without SEED, which is random, nobody can choose keys that collide. It is NH
 * of UMAC (RFC 4418 5.2.2) on words of 64 bits, folded by one more multiplication. */
static inline uint64_t flow_key_hash(const struct flow_key *key,
				     const uint64_t seed[static FLOW_KEY_SEED_WORDS])
{
	const uint64_t *w = key->words;
	unsigned __int128 sum = (unsigned __int128)(w[0] + seed[0]) * (w[1] + seed[1]) +
				(unsigned __int128)(w[2] + seed[2]) * (w[3] + seed[3]) +
				(unsigned __int128)(w[4] + seed[4]) * (seed[5] | 1);
	uint64_t folded = (uint64_t)sum ^ (uint64_t)(sum >> 64);

	folded *= seed[6] | 1;
	return folded ^ folded >> 32;
}

/* Whether a conversation is among the one in RATE that are metered: at every observer, whatever the
 * interface, so that no seed decides (RFC 5475 6.2, hash-based filtering). */
bool flow_key_is_sampled(const struct flow_key *key, uint32_t rate);

/* Endpoint A is SIDE 0, endpoint B is SIDE 1. */
struct ip flow_key_ip(const struct flow_key *key, unsigned side);
uint16_t flow_key_port(const struct flow_key *key, unsigned side);
uint16_t flow_key_path(const struct flow_key *key);

static inline uint8_t flow_key_protocol(const struct flow_key *key)
{
	return (uint8_t)key->words[4];
}

/* Continues HASH over WORD; for what must not depend on the seed. */
static inline uint64_t flow_key_mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0xd6e8feb86659fd93);
	return hash ^ hash >> 32;
}

#endif
