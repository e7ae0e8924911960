#include "common/timeline/history/sole_tenures.h"

#include <stdlib.h>
#include <string.h>

#include "common/timeline/history/address_table.h"

/* One cache line. */
struct entry {
	struct address_slot slot;
	uint64_t from_offset, until_offset;
	struct when since, until;
	struct sole_tenure *tenure;
};

struct sole_tenures {
	struct address_table table;
};

static size_t release(void *entry)
{
	struct sole_tenure *tenure = ((struct entry *)entry)->tenure;
	size_t bytes = tenure->bytes;

	free(tenure);
	return bytes;
}

struct sole_tenures *sole_tenures_new(void)
{
	struct sole_tenures *cache = calloc(1, sizeof(*cache));

	if (cache != NULL &&
	    address_table_init(&cache->table, sizeof(struct entry), SOLE_TENURES_MAX,
			       SOLE_TENURES_BYTES, release) < 0) {
		sole_tenures_free(cache);
		return NULL;
	}
	return cache;
}

static bool is_stale(const struct sole_tenure *tenure)
{
	for (size_t s = 0; s < NAMES_SOURCES; s++) {
		if (tenure->generation[s] != NULL && *tenure->generation[s] != tenure->found[s])
			return true;
	}
	return false;
}

static bool covers(const struct entry *entry, struct ranges *ranges, uint64_t position,
		   struct when start, struct when end)
{
	const struct sole_tenure *tenure = entry->tenure;

	return when_not_after(entry->since, start) && when_not_after(end, entry->until) &&
	       entry->from_offset <= position && position < entry->until_offset &&
	       (!tenure->by_gateways ||
		ranges_podcidrs_in_use(ranges, position) == tenure->gateways);
}

const struct sole_tenure *sole_tenures_find(struct sole_tenures *cache, struct ranges *ranges,
					    const struct ip *ip, uint64_t position,
					    struct when start, struct when end)
{
	struct entry *entry = address_table_first(&cache->table, ip), *next;

	while (entry != NULL) {
		bool found = covers(entry, ranges, position, start, end);

		if (found && !is_stale(entry->tenure)) {
			entry->slot.used = true;
			return entry->tenure;
		}
		next = address_table_next(&cache->table, entry);
		if (found)
			address_table_drop(&cache->table, entry);
		entry = next;
	}
	return NULL;
}

/* Drops the oldest of IP if there are as many as there may be. */
static void make_room(struct sole_tenures *cache, const struct ip *ip)
{
	struct entry *entry = address_table_first(&cache->table, ip), *last = NULL;
	uint32_t count = 0;

	for (; entry != NULL; entry = address_table_next(&cache->table, entry)) {
		last = entry;
		count++;
	}
	if (count >= SOLE_TENURES_EACH)
		address_table_drop(&cache->table, last);
}

void sole_tenures_add(struct sole_tenures *cache, const struct sole_range *range,
		      struct sole_tenure *tenure)
{
	struct entry *entry;

	make_room(cache, &range->ip);
	entry = address_table_add(&cache->table, &range->ip, tenure->bytes);
	entry->from_offset = range->from_offset;
	entry->until_offset = range->until_offset;
	entry->since = range->since;
	entry->until = range->until;
	tenure->by_gateways = range->by_gateways;
	tenure->gateways = range->gateways;
	entry->tenure = tenure;
}

void sole_tenures_end(struct sole_tenures *cache, const struct ip *ip, uint64_t offset)
{
	struct entry *entry = address_table_first(&cache->table, ip), *next;

	for (; entry != NULL; entry = next) {
		next = address_table_next(&cache->table, entry);
		if (entry->until_offset <= offset)
			continue;
		entry->until_offset = offset;
		if (entry->from_offset >= offset)
			address_table_drop(&cache->table, entry);
	}
}

void sole_tenures_clear(struct sole_tenures *cache)
{
	address_table_clear(&cache->table);
}

void sole_tenures_free(struct sole_tenures *cache)
{
	if (cache != NULL)
		address_table_free(&cache->table);
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
		copies->hostname = copy_span(member->hostname, &text);
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
			texts += member->service.length + member->uid.length +
				 member->ports.length + member->hostname.length;
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

uint64_t sole_tenures_bytes(const struct sole_tenures *cache)
{
	return cache->table.bytes;
}
