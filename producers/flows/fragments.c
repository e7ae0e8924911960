#include "producers/flows/fragments.h"

#include <stdlib.h>
#include <string.h>

/* Numbers of datagrams and of held fragments are stored plus 1; 0 is none. */

enum datagram_state { FORGOTTEN, WAITING, KNOWN };

/* A packet that was fragmented. It waits until its first fragment is known. */
struct datagram {
	struct flow_key key;
	struct when time; /* of the fragment that was captured first */
	uint32_t chain;   /* the next with this hash */
	uint32_t held;    /* the fragments held back, in their order */
	uint32_t held_last;
	uint16_t source_port;
	uint16_t destination_port;
	uint8_t protocol;
	uint8_t icmp_type;
	uint8_t icmp_code;
	uint8_t state; /* enum datagram_state */
};

struct held {
	struct when time;
	uint32_t bytes;
	uint32_t frame_bytes;
	uint32_t next; /* of the same datagram, or free */
};

struct fragments {
	uint64_t seed[FLOW_KEY_SEED_WORDS];
	struct fragments_stats stats;
	size_t max;          /* of datagrams, and of held fragments */
	uint64_t added;      /* datagram N is at N % MAX */
	uint64_t oldest;     /* those before it are forgotten */
	uint64_t waiting;    /* none before it waits */
	uint32_t free;       /* list of held fragments */
	uint32_t unused;     /* held fragments from here on were never used */
	uint32_t releasing;  /* list of held fragments */
	struct packet first; /* whose fragments are released */
	size_t mask;         /* of the chains, a power of two less 1 */
	uint32_t *chains;
	struct datagram *datagrams;
	struct held *held;
};

struct fragments *fragments_new(const uint64_t seed[static FLOW_KEY_SEED_WORDS], size_t max)
{
	struct fragments *fragments = calloc(1, sizeof(*fragments));
	size_t chains = 2;

	if (fragments == NULL)
		return NULL;
	while (chains < 2 * max)
		chains *= 2;
	memcpy(fragments->seed, seed, sizeof(fragments->seed));
	fragments->max = max;
	fragments->mask = chains - 1;
	fragments->chains = calloc(chains, sizeof(*fragments->chains));
	fragments->datagrams = calloc(max, sizeof(*fragments->datagrams));
	fragments->held = calloc(max, sizeof(*fragments->held));
	if (fragments->chains != NULL && fragments->datagrams != NULL && fragments->held != NULL)
		return fragments;
	fragments_free(fragments);
	return NULL;
}

void fragments_free(struct fragments *fragments)
{
	if (fragments == NULL)
		return;
	free(fragments->chains);
	free(fragments->datagrams);
	free(fragments->held);
	free(fragments);
}

/* What the fragments of one packet have in common. IPv4 numbers the packets of each
 * protocol separately, IPv6 all together: there the header after the fragment header need
 * not be the transport's. */
static struct flow_key key_of(const struct packet *packet)
{
	uint8_t protocol = ip_is_v4(&packet->source) ? packet->protocol : 0;
	struct flow_key key;

	memcpy(key.words, packet->source.bytes, 16);
	memcpy(key.words + 2, packet->destination.bytes, 16);
	key.words[4] =
		(uint64_t)packet->identification << 32 | (uint64_t)packet->path << 16 | protocol;
	return key;
}

static struct datagram *datagram_at(struct fragments *fragments, uint64_t number)
{
	return &fragments->datagrams[number % fragments->max];
}

static uint32_t *chain_of(struct fragments *fragments, const struct flow_key *key)
{
	return &fragments->chains[flow_key_hash(key, fragments->seed) & fragments->mask];
}

static void free_held(struct fragments *fragments, uint32_t number)
{
	fragments->held[number - 1].next = fragments->free;
	fragments->free = number;
}

/* Counts the fragments that DATAGRAM holds back, and takes it out of its chain. */
static void forget(struct fragments *fragments, struct datagram *datagram)
{
	uint32_t number = (uint32_t)(datagram - fragments->datagrams) + 1;
	uint32_t *link = chain_of(fragments, &datagram->key);

	if (datagram->state == FORGOTTEN)
		return;
	while (*link != number)
		link = &fragments->datagrams[*link - 1].chain;
	*link = datagram->chain;
	while (datagram->held != 0) {
		uint32_t next = fragments->held[datagram->held - 1].next;

		free_held(fragments, datagram->held);
		datagram->held = next;
		fragments->stats.alone++;
	}
	datagram->state = FORGOTTEN;
}

static bool is_over(const struct datagram *datagram, struct when now)
{
	int64_t age_ns = when_since(now, datagram->time);

	return age_ns >= FRAGMENTS_LIFE_NS || age_ns <= -FRAGMENTS_LIFE_NS;
}

static void forget_old(struct fragments *fragments, struct when now)
{
	while (fragments->oldest < fragments->added) {
		struct datagram *datagram = datagram_at(fragments, fragments->oldest);

		if (datagram->state != FORGOTTEN && !is_over(datagram, now))
			return;
		forget(fragments, datagram);
		fragments->oldest++;
	}
}

static struct datagram *find(struct fragments *fragments, const struct flow_key *key,
			     struct when now)
{
	for (uint32_t number = *chain_of(fragments, key); number != 0;
	     number = fragments->datagrams[number - 1].chain) {
		struct datagram *datagram = &fragments->datagrams[number - 1];

		if (!flow_key_equal(&datagram->key, key))
			continue;
		if (!is_over(datagram, now))
			return datagram;
		forget(fragments, datagram);
		break;
	}
	return NULL;
}

static struct datagram *add(struct fragments *fragments, const struct flow_key *key,
			    struct when now)
{
	struct datagram *datagram = datagram_at(fragments, fragments->added);
	uint32_t *chain = chain_of(fragments, key);

	if (fragments->added - fragments->oldest == fragments->max) {
		fragments->stats.forgotten += datagram->state != FORGOTTEN;
		forget(fragments, datagram);
		fragments->oldest++;
	}
	if (fragments->waiting < fragments->oldest)
		fragments->waiting = fragments->oldest;
	fragments->added++;
	*datagram = (struct datagram){
		.key = *key,
		.time = now,
		.chain = *chain,
		.state = WAITING,
	};
	*chain = (uint32_t)(datagram - fragments->datagrams) + 1;
	return datagram;
}

/* The number of a free place; the datagram that has waited longest may lose its own. */
static uint32_t new_held(struct fragments *fragments)
{
	uint32_t number = fragments->free;

	if (number == 0 && fragments->unused < fragments->max)
		return ++fragments->unused;
	while (fragments->free == 0) {
		struct datagram *datagram = datagram_at(fragments, fragments->waiting++);

		if (datagram->state == WAITING) {
			forget(fragments, datagram);
			fragments->stats.forgotten++;
		}
	}
	number = fragments->free;
	fragments->free = fragments->held[number - 1].next;
	return number;
}

static void hold(struct fragments *fragments, const struct packet *packet,
		 const struct flow_key *key)
{
	uint32_t number = new_held(fragments);
	struct datagram *datagram = find(fragments, key, packet->time);

	if (datagram == NULL)
		datagram = add(fragments, key, packet->time);
	fragments->held[number - 1] =
		(struct held){packet->time, packet->bytes, packet->frame_bytes, 0};
	if (datagram->held == 0)
		datagram->held = number;
	else
		fragments->held[datagram->held_last - 1].next = number;
	datagram->held_last = number;
}

static void know(struct fragments *fragments, struct datagram *datagram,
		 const struct packet *packet)
{
	datagram->protocol = packet->protocol;
	datagram->source_port = packet->source_port;
	datagram->destination_port = packet->destination_port;
	datagram->icmp_type = packet->icmp_type;
	datagram->icmp_code = packet->icmp_code;
	datagram->state = KNOWN;
	fragments->releasing = datagram->held;
	fragments->first = *packet;
	datagram->held = 0;
}

bool fragments_take(struct fragments *fragments, struct packet *packet)
{
	struct flow_key key = key_of(packet);
	struct datagram *datagram;

	forget_old(fragments, packet->time);
	datagram = find(fragments, &key, packet->time);
	if (packet->fragment == PACKET_FIRST_FRAGMENT) {
		if (datagram == NULL)
			datagram = add(fragments, &key, packet->time);
		know(fragments, datagram, packet);
		return true;
	}
	if (datagram == NULL || datagram->state != KNOWN) {
		hold(fragments, packet, &key);
		return false;
	}
	packet->protocol = datagram->protocol;
	packet->source_port = datagram->source_port;
	packet->destination_port = datagram->destination_port;
	packet->icmp_type = datagram->icmp_type;
	packet->icmp_code = datagram->icmp_code;
	return true;
}

bool fragments_release(struct fragments *fragments, struct packet *packet)
{
	uint32_t number = fragments->releasing;
	const struct held *held;

	if (number == 0)
		return false;
	held = &fragments->held[number - 1];
	*packet = fragments->first;
	packet->time = held->time;
	packet->bytes = held->bytes;
	packet->frame_bytes = held->frame_bytes;
	packet->payload = 0;
	packet->payload_captured = 0;
	packet->payload_bytes = NULL;
	packet->tcp_flags = 0;
	packet->fragment = PACKET_LATER_FRAGMENT;
	fragments->releasing = held->next;
	free_held(fragments, number);
	return true;
}

void fragments_finish(struct fragments *fragments)
{
	for (; fragments->oldest < fragments->added; fragments->oldest++)
		forget(fragments, datagram_at(fragments, fragments->oldest));
}

struct fragments_stats fragments_get_stats(const struct fragments *fragments)
{
	struct fragments_stats stats = fragments->stats;

	stats.known = (size_t)(fragments->added - fragments->oldest);
	return stats;
}
