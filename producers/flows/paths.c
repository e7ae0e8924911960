#include "producers/flows/paths.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "producers/flows/interfaces.h"

#define TRIES 8 /* paths that are looked at to find one that has rested */

/* Everything that tells paths apart; without padding, so that it compares as bytes. */
struct path_key {
	struct ip ends[2];
	uint16_t vlans[ENCAPSULATION_VLANS_MAX];
	uint32_t id;
	uint16_t interface;
	uint8_t tunnel;
	uint8_t has_id;
};

struct path {
	struct path_key key;
	struct encapsulation encapsulation;
	struct when last;
	uint32_t chain; /* the next with this hash, plus 1 */
};

struct paths {
	uint64_t seed[FLOW_KEY_SEED_WORDS];
	int64_t rest_ns;
	bool ignore_vlan;
	uint64_t refused;
	size_t max;
	size_t count;
	size_t hand; /* the path that is looked at next for its rest */
	size_t used; /* the path found last */
	size_t mask; /* of the chains, a power of two less 1 */
	uint32_t *chains;
	struct path *paths;
};

static_assert(sizeof(struct path_key) == 2 * sizeof(struct ip) + 8 + 8, "no padding");
static_assert(INTERFACES_MAX + PATHS_MAX <= UINT16_MAX, "numbers have 16 bits");

struct paths *paths_new(const uint64_t seed[static FLOW_KEY_SEED_WORDS], size_t max,
			int64_t rest_ns, bool ignore_vlan)
{
	struct paths *paths = calloc(1, sizeof(*paths));
	size_t chains = 1;

	assert(max > 0 && max <= PATHS_MAX);
	if (paths == NULL)
		return NULL;
	while (chains < max)
		chains *= 2;
	memcpy(paths->seed, seed, sizeof(paths->seed));
	paths->max = max;
	paths->mask = chains - 1;
	paths->rest_ns = rest_ns;
	paths->ignore_vlan = ignore_vlan;
	paths->chains = calloc(chains, sizeof(*paths->chains));
	paths->paths = calloc(max, sizeof(*paths->paths));
	if (paths->chains != NULL && paths->paths != NULL)
		return paths;
	paths_free(paths);
	return NULL;
}

void paths_free(struct paths *paths)
{
	if (paths == NULL)
		return;
	free(paths->chains);
	free(paths->paths);
	free(paths);
}

static uint32_t *chain_of(struct paths *paths, const struct path_key *key)
{
	struct flow_key half = {{0}};
	uint64_t hash;

	memcpy(half.words, key->vlans, sizeof(*key) - offsetof(struct path_key, vlans));
	hash = flow_key_hash(&half, paths->seed);
	memcpy(half.words, key->ends, sizeof(key->ends));
	half.words[4] = hash;
	return &paths->chains[flow_key_hash(&half, paths->seed) & paths->mask];
}

static bool equals(const struct path *path, const struct path_key *key)
{
	return memcmp(&path->key, key, sizeof(*key)) == 0;
}

/* Takes path AT out of its chain. */
static void forget(struct paths *paths, size_t at)
{
	uint32_t *link = chain_of(paths, &paths->paths[at].key);

	while (*link != at + 1)
		link = &paths->paths[*link - 1].chain;
	*link = paths->paths[at].chain;
}

/* A place for one more path, or the limit. */
static size_t new_place(struct paths *paths, struct when now)
{
	if (paths->count < paths->max)
		return paths->count++;
	for (unsigned i = 0; i < TRIES; i++) {
		size_t at = paths->hand++ % paths->max;

		if (when_since(now, paths->paths[at].last) >= paths->rest_ns) {
			forget(paths, at);
			return at;
		}
	}
	return paths->max;
}

/* Sets *KEY, and orders the ends of ENCAPSULATION. Returns true if that changed them. */
static bool set_key(const struct packet *packet, struct encapsulation *encapsulation,
		    struct path_key *key)
{
	struct ip *ends = encapsulation->ends;
	bool reversed = !encapsulation_is_one_way(encapsulation) &&
			memcmp(&ends[0], &ends[1], sizeof(ends[0])) > 0;

	if (reversed) {
		struct ip first = ends[0];

		ends[0] = ends[1];
		ends[1] = first;
	}
	*key = (struct path_key){
		.ends = {ends[0], ends[1]},
		.id = encapsulation->id,
		.interface = (uint16_t)packet->interface,
		.tunnel = encapsulation->tunnel,
		.has_id = encapsulation->has_id,
	};
	memcpy(key->vlans, encapsulation->vlans, sizeof(key->vlans));
	return reversed;
}

static size_t find(struct paths *paths, const struct path_key *key)
{
	uint32_t number;

	if (paths->used < paths->count && equals(&paths->paths[paths->used], key))
		return paths->used;
	for (number = *chain_of(paths, key); number != 0; number = paths->paths[number - 1].chain) {
		if (equals(&paths->paths[number - 1], key))
			return number - 1;
	}
	return paths->max;
}

/* paths_set() of a packet in a VLAN or a tunnel: the others need not save registers for it. */
__attribute__((noinline)) static bool set_wrapped(struct paths *paths, struct packet *packet,
						  struct when now)
{
	struct encapsulation encapsulation = packet->encapsulation;
	struct path_key key;
	bool reversed;
	size_t at;

	if (paths->ignore_vlan) {
		packet->wrapped = encapsulation.vlan_count > 0;
		encapsulation.vlan_count = 0;
		memset(encapsulation.vlans, 0, sizeof(encapsulation.vlans));
		if (encapsulation.tunnel == TUNNEL_NONE)
			return true;
	}
	reversed = set_key(packet, &encapsulation, &key);
	at = find(paths, &key);
	if (at == paths->max) {
		at = new_place(paths, now);
		if (at == paths->max) {
			paths->refused++;
			packet->wrapped = true;
			return false;
		}

		uint32_t *chain = chain_of(paths, &key);

		paths->paths[at] = (struct path){key, encapsulation, packet->time, *chain};
		*chain = (uint32_t)at + 1;
	}
	paths->used = at;
	paths->paths[at].last = when_later(paths->paths[at].last, packet->time);
	packet->path = (uint16_t)(INTERFACES_MAX + at);
	packet->reversed = reversed;
	return true;
}

bool paths_set(struct paths *paths, struct packet *packet, struct when now)
{
	packet->path = (uint16_t)packet->interface;
	packet->reversed = packet->wrapped = false;
	if (encapsulation_is_none(&packet->encapsulation))
		return true;
	return set_wrapped(paths, packet, now);
}

uint16_t paths_interface(const struct paths *paths, uint16_t number)
{
	return number < INTERFACES_MAX ? number
				       : paths->paths[number - INTERFACES_MAX].key.interface;
}

const struct encapsulation *paths_encapsulation(const struct paths *paths, uint16_t number)
{
	return number < INTERFACES_MAX ? NULL
				       : &paths->paths[number - INTERFACES_MAX].encapsulation;
}

size_t paths_known(const struct paths *paths)
{
	return paths->count;
}

uint64_t paths_refused(const struct paths *paths)
{
	return paths->refused;
}
