#include "sink/graph/conversation/conversation.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/base/transport.h"

#define FIRST_CAPACITY 2 /* most conversations have a record at the client and one at the server */

struct conversation *conversation_new(const struct tagged_flow *flow)
{
	struct conversation *conversation = calloc(1, sizeof(*conversation));

	if (conversation == NULL)
		return NULL;
	conversation->transport = hash_text(HASH_START, flow->transport);
	conversation->ip = flow->source.ip;
	conversation->port = flow->source.port;
	conversation->end = WHEN_MIN;
	return conversation;
}

void conversation_free(struct conversation *conversation)
{
	if (conversation == NULL)
		return;
	for (size_t i = 0; i < conversation->count; i++)
		conversation_slice_free(conversation->slices[i]);
	free(conversation->slices);
	free(conversation);
}

bool conversation_same_source(const struct conversation *conversation,
			      const struct tagged_flow *flow)
{
	return conversation->port == flow->source.port &&
	       ip_compare(&conversation->ip, &flow->source.ip) == 0 &&
	       conversation->transport == hash_text(HASH_START, flow->transport);
}

static bool overlaps(const struct conversation_slice *a, const struct conversation_slice *b,
		     int64_t gap)
{
	return when_not_after(a->start, when_add(b->end, gap)) &&
	       when_not_after(b->start, when_add(a->end, gap));
}

static bool same_destination(const struct conversation_slice *a, const struct conversation_slice *b)
{
	return a->server_port == b->server_port && ip_compare(&a->server_ip, &b->server_ip) == 0;
}

/* Whether A and B may have seen the same beginning: the SYN, or without TCP the same
 * number of packets each way. */
static bool began_alike(const struct conversation_slice *a, const struct conversation_slice *b)
{
	int64_t apart = when_since(a->start, b->start);

	/* Not the time: a SYN may have been lost between the two and sent again. */
	if (a->tcp)
		return a->source_flags & b->source_flags & TCP_SYN;
	return apart <= CONVERSATION_GAP && apart >= -CONVERSATION_GAP && a->has_packets &&
	       b->has_packets && a->measures.source_packets == b->measures.source_packets &&
	       a->measures.destination_packets == b->measures.destination_packets;
}

/* The rest of a connection that outlives its pod: conntrack still sends it to the
 * address, whose new holder, if there is one, answers with RST. */
static bool stray(const struct conversation_slice *slice)
{
	return slice->tcp && !(slice->source_flags & TCP_SYN) &&
	       !(slice->destination_flags & ~(unsigned)(TCP_RST | TCP_ACK)) && slice->has_packets &&
	       (slice->destination_flags & TCP_RST || slice->measures.destination_packets == 0);
}

/* Whether ADDRESSED went to a service, and BACKEND may be the same conversation after DNAT:
 * to one of that service's pods, to an end without services, or astray. */
static bool translated(const struct conversation_slice *addressed,
		       const struct conversation_slice *backend)
{
	if (addressed->stage <= backend->stage)
		return false;
	for (size_t i = 0; i < backend->service_count; i++) {
		if (backend->words[i] == addressed->service)
			return true;
	}
	return (backend->service_count == 0 && began_alike(addressed, backend)) || stray(backend);
}

static bool contradicts(const struct conversation_slice *a, const struct conversation_slice *b)
{
	if (a->cluster != b->cluster && a->cluster != 0 && b->cluster != 0)
		return true;
	if (a->holder != b->holder && a->holder != 0 && b->holder != 0)
		return true;
	return a->stage == b->stage && !same_destination(a, b) && overlaps(a, b, 0);
}

bool conversation_matches(const struct conversation *conversation,
			  const struct conversation_slice *slice)
{
	bool belongs = false;

	if (conversation->newest_flow == slice->flow)
		return true;
	/* The newest first: in a long flow that is the slice before this one. */
	for (size_t i = conversation->count; i > 0; i--) {
		const struct conversation_slice *other = conversation->slices[i - 1];

		if (other->flow == slice->flow)
			return true;
		if (contradicts(other, slice))
			return false;
		if (overlaps(other, slice, CONVERSATION_GAP) &&
		    (same_destination(other, slice) || translated(other, slice) ||
		     translated(slice, other)))
			belongs = true;
	}
	return belongs;
}

bool conversation_compatible(const struct conversation *a, const struct conversation *b)
{
	for (size_t i = 0; i < a->count; i++) {
		for (size_t j = 0; j < b->count; j++) {
			if (contradicts(a->slices[i], b->slices[j]))
				return false;
		}
	}
	return true;
}

static int reserve(struct conversation *conversation, size_t more)
{
	size_t needed = conversation->count + more;
	size_t capacity = conversation->capacity == 0 ? FIRST_CAPACITY : conversation->capacity;
	struct conversation_slice **slices;

	if (needed <= conversation->capacity)
		return 0;
	while (capacity < needed)
		capacity *= 2;
	slices = realloc(conversation->slices, capacity * sizeof(*slices));
	if (slices == NULL)
		return -1;
	conversation->slices = slices;
	conversation->capacity = capacity;
	return 0;
}

int conversation_add(struct conversation *conversation, struct conversation_slice *slice)
{
	if (reserve(conversation, 1) < 0)
		return -1;
	slice->owner = conversation;
	conversation->slices[conversation->count++] = slice;
	conversation->newest_flow = slice->flow;
	if (!conversation->counted.chosen)
		conversation->counted = slice->certain;
	conversation->end = when_later(conversation->end, slice->end);
	return 0;
}

int conversation_merge(struct conversation *conversation, struct conversation *from)
{
	if (reserve(conversation, from->count) < 0)
		return -1;
	for (size_t i = 0; i < from->count; i++) {
		from->slices[i]->owner = conversation;
		conversation->slices[conversation->count++] = from->slices[i];
	}
	conversation->end = when_later(conversation->end, from->end);
	if (!conversation->counted.chosen)
		conversation->counted = from->counted;
	from->count = 0;
	return 0;
}

void conversation_remove(struct conversation *conversation, struct conversation_slice *slice)
{
	size_t i = 0;

	while (conversation->slices[i] != slice)
		i++;
	conversation->slices[i] = conversation->slices[--conversation->count];
	conversation->newest_flow = conversation->count > 0 ? conversation->slices[0]->flow : 0;
	slice->owner = NULL;
}

/* Whether A's observer is counted rather than B's (1). */
static bool better(const struct conversation_slice *a, const struct conversation_slice *b)
{
	const char *a_text = conversation_slice_observer(a),
		   *b_text = conversation_slice_observer(b);
	int order;

	if (a->stage != b->stage)
		return a->stage > b->stage;
	if (a->at_client != b->at_client)
		return a->at_client;
	if (a->start.ns != b->start.ns)
		return when_before(a->start, b->start);
	order = strcmp(a_text, b_text);
	if (order == 0)
		order = strcmp(a_text + strlen(a_text) + 1, b_text + strlen(b_text) + 1);
	return order < 0 || (order == 0 && a->observer < b->observer);
}

/* By flow, then by time. */
static int compare_slices(const void *left, const void *right)
{
	const struct conversation_slice *a = *(struct conversation_slice *const *)left;
	const struct conversation_slice *b = *(struct conversation_slice *const *)right;

	if (a->flow != b->flow)
		return a->flow < b->flow ? -1 : 1;
	if (a->end.ns != b->end.ns)
		return a->end.ns < b->end.ns ? -1 : 1;
	if (a->partition != b->partition)
		return a->partition < b->partition ? -1 : 1;
	return (a->offset > b->offset) - (a->offset < b->offset);
}

static bool was_answered(const struct conversation_slice *slice)
{
	return !slice->has_packets || slice->measures.destination_packets > 0;
}

/* Counts the flow with these COUNT slices, and its error, on the last slice that counts: if it can be on one with packets,
 * because of a slice without packets nothing proves who was there. */
static void count_flow(struct conversation_slice *const *slices, size_t count)
{
	unsigned source = 0, destination = 0;
	struct conversation_slice *last_slice = NULL;
	struct measures *last;
	bool answered = false;

	for (size_t i = 0; i < count; i++) {
		source |= slices[i]->source_flags;
		destination |= slices[i]->destination_flags;
		answered |= slices[i]->answered || was_answered(slices[i]);
		if (slices[i]->counted &&
		    (last_slice == NULL || slices[i]->has_packets || !last_slice->has_packets))
			last_slice = slices[i];
	}
	if (last_slice == NULL)
		return;
	last = &last_slice->measures;
	last->flows = 1;
	if (!answered && slices[0]->expects_answer) {
		last->unanswered = 1;
	} else if (slices[0]->tcp && ((source | destination) & TCP_RST)) {
		last->refused =
			(source & TCP_SYN) && (destination & TCP_RST) && !(destination & TCP_SYN);
		last->reset = !last->refused;
	}
	if (last_slice->messages != NULL)
		last->failed_read = measures_errors(last);
}

/* Chooses the observer that counts (1), unless that is certain. */
static void choose_observer(struct conversation *conversation)
{
	struct conversation_counted *counted = &conversation->counted;
	const struct conversation_slice *best = NULL;

	if (counted->chosen)
		return;
	for (size_t i = 0; i < conversation->count; i++) {
		if (best == NULL || better(conversation->slices[i], best))
			best = conversation->slices[i];
	}
	if (best == NULL)
		return;
	counted->observer = best->observer;
	counted->server_ip = best->server_ip;
	counted->server_port = best->server_port;
}

static bool is_counted(const struct conversation_counted *counted,
		       const struct conversation_slice *slice)
{
	return slice->observer == counted->observer && slice->server_port == counted->server_port &&
	       ip_compare(&slice->server_ip, &counted->server_ip) == 0;
}

/* How many slices from the first of SLICES[COUNT] on are of its flow. */
static size_t flow_length(struct conversation_slice *const *slices, size_t count)
{
	size_t length = 0;

	while (length < count && slices[length]->flow == slices[0]->flow)
		length++;
	return length;
}

void conversation_choose(struct conversation *conversation, struct when from, struct when to)
{
	struct conversation_slice **slices = conversation->slices;
	struct measures *measures;

	if (conversation->decided)
		return;
	choose_observer(conversation);
	if (conversation->count > 1)
		qsort(slices, conversation->count, sizeof(slices[0]), compare_slices);
	for (size_t i = 0; i < conversation->count; i++) {
		slices[i]->counted = is_counted(&conversation->counted, slices[i]) &&
				     when_not_after(from, slices[i]->end) &&
				     when_before(slices[i]->end, to);
		if (slices[i]->counted && slices[i]->running_totals && i > 0 &&
		    slices[i - 1]->flow == slices[i]->flow)
			slices[i - 1]->counted = false;
		measures = &slices[i]->measures;
		measures->flows = measures->refused = measures->unanswered = measures->reset = 0;
		measures->failed_read = 0;
	}
	for (size_t i = 0; i < conversation->count;) {
		size_t length = flow_length(slices + i, conversation->count - i);

		count_flow(slices + i, length);
		i += length;
	}
}

/* How many of the slices of a flow, in order, ended before BEFORE and need not be kept: all of a flow that
 * is over, else all but those from its last one on. What they say of the flow is noted in the next. */
static size_t old_slices(struct conversation_slice **slices, size_t count, struct when before)
{
	size_t old = 0;

	while (old < count && when_before(slices[old]->end, before))
		old++;
	if (old == count)
		return old;
	for (size_t i = 0; i < old; i++) {
		slices[old]->source_flags |= slices[i]->source_flags;
		slices[old]->destination_flags |= slices[i]->destination_flags;
		slices[old]->answered |= slices[i]->answered || was_answered(slices[i]);
	}
	return old;
}

int conversation_part(struct conversation *conversation, struct when before,
		      struct conversation **part)
{
	struct conversation_slice **slices = conversation->slices;
	struct conversation *taken;
	size_t old = 0, kept = 0;

	*part = NULL;
	for (size_t i = 0; i < conversation->count; i++)
		old += when_before(slices[i]->end, before);
	if (old == 0)
		return 0;
	taken = calloc(1, sizeof(*taken));
	if (taken == NULL || reserve(taken, old) < 0) {
		conversation_free(taken);
		return -1;
	}
	taken->decided = true;
	conversation_choose(conversation, WHEN_MIN, WHEN_MAX);
	conversation->counted.chosen = true;
	for (size_t i = 0; i < conversation->count;) {
		size_t length = flow_length(slices + i, conversation->count - i);
		size_t over = old_slices(slices + i, length, before);

		memcpy(taken->slices + taken->count, slices + i, over * sizeof(slices[0]));
		taken->count += over;
		memmove(slices + kept, slices + i + over, (length - over) * sizeof(slices[0]));
		kept += length - over;
		i += length;
	}
	conversation->count = kept;
	conversation->newest_flow = kept > 0 ? slices[0]->flow : 0;
	for (size_t i = 0; i < taken->count; i++)
		taken->slices[i]->owner = taken;
	*part = taken;
	return 0;
}
