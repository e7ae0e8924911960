#include "common/timeline/history/sole_tenures.h"

#include <stdlib.h>
#include <string.h>

#define NOBODY UINT32_MAX
#define BUCKETS (SOLE_TENURES_MAX * 2)

/* One cache line. */
struct entry {
	struct ip ip;
	uint64_t from_offset, until_offset;
	struct when since, until;
	struct sole_tenure *tenure; /* NULL while the entry is empty */
	uint32_t next;              /* in its bucket, or in the chain of empty ones */
	bool by_gateways, gateways;
	bool used; /* since the hand's last round */
};

struct sole_tenures {
	struct entry *entries;
	uint32_t *buckets; /* index + 1 of the first entry, so that 0 is an empty one */
	uint32_t count;    /* entries that were ever used */
	uint32_t empty;    /* chain of those that are empty again */
	uint32_t hand;
	uint64_t bytes;
};

struct sole_tenures *sole_tenures_new(void)
{
	struct sole_tenures *cache = calloc(1, sizeof(*cache));

	if (cache == NULL)
		return NULL;
	/* Untouched pages cost nothing, so everything is allocated at once. */
	cache->entries = calloc(SOLE_TENURES_MAX, sizeof(*cache->entries));
	cache->buckets = calloc(BUCKETS, sizeof(*cache->buckets));
	cache->empty = NOBODY;
	if (cache->entries == NULL || cache->buckets == NULL) {
		sole_tenures_free(cache);
		return NULL;
	}
	return cache;
}

static uint32_t *bucket_of(struct sole_tenures *cache, const struct ip *ip)
{
	return &cache->buckets[ip_hash(ip) % BUCKETS];
}

static void drop_entry(struct sole_tenures *cache, uint32_t index)
{
	struct entry *entry = &cache->entries[index];
	uint32_t *link = bucket_of(cache, &entry->ip);

	while (*link != index + 1)
		link = &cache->entries[*link - 1].next;
	*link = entry->next;
	cache->bytes -= entry->tenure->bytes;
	free(entry->tenure);
	entry->tenure = NULL;
	entry->next = cache->empty;
	cache->empty = index;
}

/* Drops one entry not used since the hand's last round. There must be an entry. */
static void drop_idle(struct sole_tenures *cache)
{
	for (;;) {
		uint32_t index = cache->hand++ % cache->count;
		struct entry *entry = &cache->entries[index];

		if (entry->tenure != NULL && !entry->used) {
			drop_entry(cache, index);
			return;
		}
		entry->used = false;
	}
}

static bool is_stale(const struct sole_tenure *tenure)
{
	for (size_t s = 0; s < NAMES_SOURCES; s++) {
		if (tenure->generation[s] != NULL && *tenure->generation[s] != tenure->found[s])
			return true;
	}
	return false;
}

static bool same_ip(const struct ip *one, const struct ip *other)
{
	return memcmp(one->bytes, other->bytes, sizeof(one->bytes)) == 0;
}

const struct sole_tenure *sole_tenures_find(struct sole_tenures *cache, struct ranges *ranges,
					    const struct ip *ip, uint64_t position,
					    struct when start, struct when end)
{
	uint32_t at = *bucket_of(cache, ip);

	while (at != 0) {
		struct entry *entry = &cache->entries[at - 1];
		uint32_t index = at - 1;

		at = entry->next;
		if (!when_not_after(entry->since, start) || !when_not_after(end, entry->until) ||
		    position < entry->from_offset || position >= entry->until_offset ||
		    !same_ip(&entry->ip, ip))
			continue;
		if (entry->by_gateways &&
		    ranges_podcidrs_in_use(ranges, position) != entry->gateways)
			continue;
		if (is_stale(entry->tenure)) {
			drop_entry(cache, index);
			continue;
		}
		entry->used = true;
		return entry->tenure;
	}
	return NULL;
}

/* Drops the oldest of IP if there are as many as there may be. */
static void make_room(struct sole_tenures *cache, const struct ip *ip)
{
	uint32_t at = *bucket_of(cache, ip), last = NOBODY, count = 0;

	for (; at != 0; at = cache->entries[at - 1].next) {
		if (!same_ip(&cache->entries[at - 1].ip, ip))
			continue;
		last = at - 1;
		count++;
	}
	if (count >= SOLE_TENURES_EACH)
		drop_entry(cache, last);
}

void sole_tenures_add(struct sole_tenures *cache, const struct sole_range *range,
		      struct sole_tenure *tenure)
{
	uint32_t *bucket = bucket_of(cache, &range->ip), index;

	make_room(cache, &range->ip);
	while ((cache->bytes > 0 && cache->bytes + tenure->bytes > SOLE_TENURES_BYTES) ||
	       (cache->empty == NOBODY && cache->count == SOLE_TENURES_MAX))
		drop_idle(cache);
	if (cache->empty != NOBODY) {
		index = cache->empty;
		cache->empty = cache->entries[index].next;
	} else {
		index = cache->count++;
	}
	cache->entries[index] = (struct entry){
		.ip = range->ip,
		.from_offset = range->from_offset,
		.until_offset = range->until_offset,
		.since = range->since,
		.until = range->until,
		.tenure = tenure,
		.next = *bucket,
		.by_gateways = range->by_gateways,
		.gateways = range->gateways,
		.used = true,
	};
	*bucket = index + 1;
	cache->bytes += tenure->bytes;
}

void sole_tenures_end(struct sole_tenures *cache, const struct ip *ip, uint64_t offset)
{
	uint32_t at = *bucket_of(cache, ip);

	while (at != 0) {
		struct entry *entry = &cache->entries[at - 1];
		uint32_t index = at - 1;

		at = entry->next;
		if (entry->until_offset <= offset || !same_ip(&entry->ip, ip))
			continue;
		entry->until_offset = offset;
		if (entry->from_offset >= offset)
			drop_entry(cache, index);
	}
}

void sole_tenures_clear(struct sole_tenures *cache)
{
	for (uint32_t index = 0; index < cache->count; index++) {
		if (cache->entries[index].tenure != NULL)
			drop_entry(cache, index);
	}
}

void sole_tenures_free(struct sole_tenures *cache)
{
	if (cache == NULL)
		return;
	if (cache->entries != NULL && cache->buckets != NULL)
		sole_tenures_clear(cache);
	free(cache->entries);
	free(cache->buckets);
	free(cache);
}

/* MEMBER may count for a flow at a position within RANGE. */
static bool can_count(const struct sole_range *range, const struct membership *member)
{
	struct when opening = when_add(member->opening, -SERVICES_PAUSE_NS);
	struct when closing = when_add(member->closing, SERVICES_PAUSE_NS);
	bool closed = member->closed_offset <= range->from_offset &&
		      when_not_after(member->opening, member->closing);

	/* Of two with a pause between them, the second keeps the first one open. */
	return member->opened_offset < range->until_offset &&
	       when_not_after(opening, range->until) &&
	       !(closed && when_before(closing, range->since));
}

static struct span copy_span(struct span span, char **at)
{
	struct span copy = {*at, span.length};

	if (span.length > 0)
		memcpy(*at, span.data, span.length);
	*at += span.length;
	return copy;
}

/* Copies what can count of MEMBERS to COPIES, and the texts to TEXT. */
static void copy_members(const struct sole_range *range, const struct memberships *members,
			 struct membership *copies, char *text)
{
	for (size_t w = 0; w < members->which_count; w++) {
		const struct membership *member = &members->list[members->which[w]];

		if (!can_count(range, member))
			continue;
		*copies = *member;
		copies->service = copy_span(member->service, &text);
		copies->uid = copy_span(member->uid, &text);
		copies->ports = copy_span(member->ports, &text);
		copies++;
	}
}

struct sole_tenure *sole_tenure_new(const struct sole_range *range,
				    const struct packed_names *names,
				    const struct memberships *members)
{
	size_t count = 0, texts = 0, names_at, members_size;
	struct sole_tenure *tenure;
	char *block;

	for (size_t w = 0; w < members->which_count; w++) {
		const struct membership *member = &members->list[members->which[w]];

		if (can_count(range, member)) {
			count++;
			texts += member->service.length + member->uid.length + member->ports.length;
		}
	}
	/* The names, and what is aligned as they are, come first. */
	members_size = count * sizeof(struct membership);
	names_at = sizeof(*tenure) + members_size;
	block = malloc(names_at + packed_names_size(names) + texts);
	if (block == NULL)
		return NULL;
	tenure = (struct sole_tenure *)block;
	*tenure = (struct sole_tenure){
		.names = memcpy(block + names_at, names, packed_names_size(names)),
		.members = (struct membership *)(block + sizeof(*tenure)),
		.member_count = (uint32_t)count,
		.bytes = sizeof(struct entry) + names_at + packed_names_size(names) + texts,
	};
	copy_members(range, members, (struct membership *)(block + sizeof(*tenure)),
		     block + names_at + packed_names_size(names));
	return tenure;
}
