#include "sink/graph/conversation/conversations.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"

struct conversation_list {
	struct conversation *first, *last;
	size_t count;
};

struct conversations {
	struct conversation **chains;      /* by source */
	struct conversation_slice **index; /* by topic, partition and offset of the flow */
	size_t mask;                       /* of both */
	size_t limit;
	size_t records;
	struct conversation_list open, settled;
	struct conversations_stats stats;
};

static void list_add(struct conversation_list *list, struct conversation *conversation)
{
	conversation->previous = list->last;
	conversation->next = NULL;
	if (list->last != NULL)
		list->last->next = conversation;
	else
		list->first = conversation;
	list->last = conversation;
	list->count++;
}

/* Returns CONVERSATION. */
static struct conversation *list_remove(struct conversation_list *list,
					struct conversation *conversation)
{
	if (conversation->previous != NULL)
		conversation->previous->next = conversation->next;
	else
		list->first = conversation->next;
	if (conversation->next != NULL)
		conversation->next->previous = conversation->previous;
	else
		list->last = conversation->previous;
	conversation->previous = conversation->next = NULL;
	list->count--;
	return conversation;
}

struct conversations *conversations_new(size_t limit)
{
	struct conversations *table = calloc(1, sizeof(*table));
	size_t size = 64;

	if (table == NULL)
		return NULL;
	while (size < limit)
		size *= 2;
	table->limit = limit;
	table->mask = size - 1;
	table->chains = calloc(size, sizeof(struct conversation *));
	table->index = calloc(size, sizeof(struct conversation_slice *));
	if (table->chains == NULL || table->index == NULL) {
		conversations_free(table);
		return NULL;
	}
	return table;
}

void conversations_free(struct conversations *table)
{
	if (table == NULL)
		return;
	while (table->open.first != NULL)
		conversation_free(list_remove(&table->open, table->open.first));
	while (table->settled.first != NULL)
		conversation_free(list_remove(&table->settled, table->settled.first));
	free(table->chains);
	free(table->index);
	free(table);
}

static struct conversation **chain_of(const struct conversations *table, uint64_t transport,
				      const struct ip *ip, int32_t port)
{
	uint64_t hash = hash_bytes(transport, ip, sizeof(*ip));

	hash = hash_bytes(hash, &port, sizeof(port));
	return &table->chains[hash & table->mask];
}

static struct conversation_slice **place_of(const struct conversations *table,
					    const struct conversation_slice *slice)
{
	uint64_t hash = hash_bytes(slice->topic, &slice->partition, sizeof(slice->partition));

	hash = hash_bytes(hash, &slice->offset, sizeof(slice->offset));
	return &table->index[hash & table->mask];
}

/* Removes CONVERSATION from list and chain; its slices stay in the index. */
static void detach(struct conversations *table, struct conversation *conversation)
{
	struct conversation **at =
		chain_of(table, conversation->transport, &conversation->ip, conversation->port);

	while (*at != conversation)
		at = &(*at)->chain_next;
	*at = conversation->chain_next;
	conversation->chain_next = NULL;
	list_remove(&table->open, conversation);
}

static void index_remove(struct conversations *table, struct conversation_slice *slice)
{
	struct conversation_slice **at = place_of(table, slice);

	while (*at != slice)
		at = &(*at)->index_next;
	*at = slice->index_next;
	slice->index_next = NULL;
	table->records--;
}

static void settle(struct conversations *table, struct conversation *conversation)
{
	detach(table, conversation);
	for (size_t i = 0; i < conversation->count; i++)
		index_remove(table, conversation->slices[i]);
	list_add(&table->settled, conversation);
}

static int compare_times(const void *left, const void *right)
{
	const struct when *a = left, *b = right;

	return (a->ns > b->ns) - (a->ns < b->ns);
}

/* Settles the quarter of the conversations that ended first (2). */
static int settle_oldest(struct conversations *table)
{
	struct when *ends = malloc(table->open.count * sizeof(*ends));
	struct conversation *next;
	struct when threshold;
	size_t count = 0;

	if (ends == NULL)
		return -1;
	for (struct conversation *c = table->open.first; c != NULL; c = c->next)
		ends[count++] = c->end;
	qsort(ends, count, sizeof(*ends), compare_times);
	threshold = ends[count / 4];
	free(ends);
	for (struct conversation *c = table->open.first; c != NULL; c = next) {
		next = c->next;
		if (when_before(threshold, c->end))
			continue;
		settle(table, c);
		table->stats.early++;
	}
	return 0;
}

/* SLICE replaces HELD, whose conversation may be counted in part. */
static void carry_over(const struct conversation_slice *held, struct conversation_slice *slice)
{
	const struct conversation_carry carry = {held->source_flags, held->destination_flags,
						 held->answered, held->owner->counted};

	if (carry.counted.chosen)
		conversation_slice_carry(slice, &carry);
}

/* True if a held record has the same flow and at least the revision of SLICE (1);
 * one with a lower revision is removed. */
static bool repeated(struct conversations *table, struct conversation_slice *slice)
{
	struct conversation_slice *held = *place_of(table, slice);
	struct conversation *owner;

	while (held != NULL &&
	       !(held->topic == slice->topic && held->partition == slice->partition &&
		 held->offset == slice->offset))
		held = held->index_next;
	if (held == NULL)
		return false;
	if (held->revision >= slice->revision) {
		table->stats.repeated++;
		return true;
	}
	table->stats.superseded++;
	carry_over(held, slice);
	index_remove(table, held);
	owner = held->owner;
	conversation_remove(owner, held);
	conversation_slice_free(held);
	if (owner->count == 0) {
		detach(table, owner);
		conversation_free(owner);
	}
	return false;
}

/* The conversation that SLICE belongs to, a new one if there is none; several that it
 * connects are merged. NULL if out of memory. */
static struct conversation *find(struct conversations *table, const struct tagged_flow *flow,
				 const struct conversation_slice *slice)
{
	struct conversation **chain = chain_of(table, hash_text(HASH_START, flow->transport),
					       &flow->source.ip, flow->source.port);
	struct conversation *found = NULL, *oldest = NULL, *next;
	size_t length = 0;

	for (struct conversation *c = *chain; c != NULL; c = next) {
		next = c->chain_next;
		if (!conversation_same_source(c, flow))
			continue;
		length++;
		if (oldest == NULL || when_before(c->end, oldest->end))
			oldest = c;
		if (!conversation_matches(c, slice))
			continue;
		if (found == NULL) {
			found = c;
			continue;
		}
		if (!conversation_compatible(found, c))
			continue;
		if (conversation_merge(found, c) < 0)
			return NULL;
		if (oldest == c)
			oldest = found;
		detach(table, c);
		conversation_free(c);
	}
	if (found != NULL)
		return found;
	if (length >= CONVERSATIONS_OF_A_SOURCE) {
		settle(table, oldest);
		table->stats.early++;
	}
	found = conversation_new(flow);
	if (found == NULL)
		return NULL;
	found->chain_next = *chain;
	*chain = found;
	list_add(&table->open, found);
	return found;
}

/* Whether a held slice with the flags HELD may be one with FLAGS: where slices before it were counted
 * already, it has theirs too. */
static bool same_flags(const struct conversation_slice *held, unsigned held_flags, unsigned flags)
{
	return (held->owner->counted.chosen ? held_flags & flags : held_flags) == flags;
}

/* Whether A, which is held, and B are one slice of the same capture, which was read twice. */
static bool is_same(const struct conversation_slice *a, const struct conversation_slice *b)
{
	return a->observer == b->observer && a->start.ns == b->start.ns && a->end.ns == b->end.ns &&
	       a->client == b->client && a->server == b->server &&
	       a->server_port == b->server_port && ip_compare(&a->server_ip, &b->server_ip) == 0 &&
	       same_flags(a, a->source_flags, b->source_flags) &&
	       same_flags(a, a->destination_flags, b->destination_flags) &&
	       a->measures.source_bytes == b->measures.source_bytes &&
	       a->measures.destination_bytes == b->measures.destination_bytes;
}

static bool has_same(const struct conversation *conversation,
		     const struct conversation_slice *slice)
{
	for (size_t i = 0; i < conversation->count; i++) {
		if (is_same(conversation->slices[i], slice))
			return true;
	}
	return false;
}

int conversations_add(struct conversations *table, const struct tagged_flow *flow,
		      struct conversation_slice *slice)
{
	struct conversation *conversation;
	struct conversation_slice **place = place_of(table, slice);
	int rc = repeated(table, slice) ? 0 : -1;

	if (rc == 0 || (table->records >= table->limit && settle_oldest(table) < 0))
		goto out;
	conversation = find(table, flow, slice);
	if (conversation == NULL)
		goto out;
	if (has_same(conversation, slice)) {
		table->stats.repeated++;
		rc = 0;
		goto out;
	}
	if (conversation_add(conversation, slice) < 0)
		goto out;
	slice->index_next = *place;
	*place = slice;
	table->records++;
	slice = NULL;
	rc = 0;
out:
	conversation_slice_free(slice);
	return rc;
}

/* Settles the slices of CONVERSATION, which goes on, that ended before BEFORE. */
static int settle_part(struct conversations *table, struct conversation *conversation,
		       struct when before)
{
	struct conversation *part;

	if (conversation_part(conversation, before, &part) < 0)
		return -1;
	if (part == NULL)
		return 0;
	for (size_t i = 0; i < part->count; i++)
		index_remove(table, part->slices[i]);
	list_add(&table->settled, part);
	return 0;
}

int conversations_settle(struct conversations *table, struct when before)
{
	struct conversation *next;

	for (struct conversation *c = table->open.first; c != NULL; c = next) {
		next = c->next;
		if (when_before(c->end, before))
			settle(table, c);
		else if (settle_part(table, c, before) < 0)
			return -1;
	}
	return 0;
}

size_t conversations_limit(const struct conversations *table)
{
	return table->limit;
}

size_t conversations_held(const struct conversations *table)
{
	return table->records;
}

struct conversation *conversations_next_settled(struct conversations *table)
{
	struct conversation *first = table->settled.first;

	return first != NULL ? list_remove(&table->settled, first) : NULL;
}

struct conversation *conversations_next(const struct conversations *table,
					const struct conversation *previous)
{
	return previous != NULL ? previous->next : table->open.first;
}

struct conversation *conversations_settled(const struct conversations *table,
					   const struct conversation *previous)
{
	return previous != NULL ? previous->next : table->settled.first;
}

struct conversations_stats conversations_stats(const struct conversations *table)
{
	return table->stats;
}
