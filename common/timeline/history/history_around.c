#include "common/timeline/history/history_around.h"

#include <stdlib.h>

#include "common/base/array.h"
#include "common/program/log.h"

/* The bindings that are taken, and the instants from FIRST to LAST that they and the flow cover. */
struct taking {
	struct history *history;
	uint64_t position;
	int64_t hold_ns, skew_ns;
	bool *taken; /* by binding */
	size_t *list;
	size_t count, capacity;
	struct when first, last;
};

static int no_memory(void)
{
	log_error("timeline: out of memory for the history of an address");
	return -1;
}

/* All instants of a binding are in it, whatever starts it: certain_from is between possible_from and
 * first_received. */
static struct era era_of(const struct evidence *evidence, int64_t hold_ns)
{
	struct when possible_from = evidence_possible_from(evidence, hold_ns);
	struct when certain_to = evidence_certain_to(evidence, hold_ns);
	struct when received = evidence->first_received;
	struct when last = when_later(evidence_possible_to(evidence), certain_to);

	return (struct era){
		.first = when_earlier(when_earlier(possible_from, received), certain_to),
		.last = when_later(last, when_later(possible_from, received)),
	};
}

static int by_first(const void *a, const void *b)
{
	const struct era *one = a, *other = b;

	return (one->first.ns > other->first.ns) - (one->first.ns < other->first.ns);
}

static int by_offset(const void *a, const void *b)
{
	const struct changing *one = a, *other = b;

	return (one->first_offset > other->first_offset) -
	       (one->first_offset < other->first_offset);
}

static int by_number(const void *a, const void *b)
{
	const size_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

static const struct binding_version *newest_version(const struct history *history, size_t binding)
{
	const struct binding_history *versions = &history->bindings[binding];

	return &history->versions[versions->first_version + versions->version_count - 1];
}

static void fill_eras(struct history *history, int64_t hold_ns)
{
	struct when reach = WHEN_MIN;
	uint64_t last = 0;

	for (size_t b = 0; b < history->binding_count; b++) {
		const struct binding_version *newest = newest_version(history, b);
		size_t oldest = history->bindings[b].first_version;

		history->eras[b] = era_of(&newest->evidence, hold_ns);
		history->eras[b].binding = b;
		history->changing[b] =
			(struct changing){history->versions[oldest].offset, newest->offset, 0, b};
	}
	qsort(history->eras, history->binding_count, sizeof(*history->eras), by_first);
	qsort(history->changing, history->binding_count, sizeof(*history->changing), by_offset);
	for (size_t b = 0; b < history->binding_count; b++) {
		reach = when_later(reach, history->eras[b].last);
		history->eras[b].reach = reach;
		if (history->changing[b].last_offset > last)
			last = history->changing[b].last_offset;
		history->changing[b].reach = last;
	}
}

static int make_eras(struct history *history, int64_t hold_ns)
{
	if (history->eras != NULL && history->changing != NULL)
		return 0;
	free(history->eras);
	free(history->changing);
	history->eras = calloc(history->binding_count + 1, sizeof(*history->eras));
	history->changing = calloc(history->binding_count + 1, sizeof(*history->changing));
	if (history->eras == NULL || history->changing == NULL)
		return no_memory();
	fill_eras(history, hold_ns);
	return 0;
}

/* Takes the binding, if the position sees it. */
static int take(struct taking *taking, size_t binding)
{
	const struct evidence *evidence =
		history_evidence(taking->history, binding, taking->position);
	struct era era;

	if (evidence == NULL || taking->taken[binding])
		return 0;
	if (array_grow(&taking->list, &taking->capacity, taking->count + 1, sizeof(*taking->list)) <
	    0)
		return no_memory();
	era = era_of(evidence, taking->hold_ns);
	taking->taken[binding] = true;
	taking->list[taking->count++] = binding;
	taking->first = when_earlier(taking->first, era.first);
	taking->last = when_later(taking->last, era.last);
	return 0;
}

/* Those that the position sees, but not in their last version. */
static int take_changing(struct taking *taking)
{
	const struct changing *changing = taking->history->changing;
	size_t count = array_up_to(changing, taking->history->binding_count, sizeof(*changing),
				   offsetof(struct changing, first_offset), taking->position);

	for (size_t c = count; c > 0 && changing[c - 1].reach > taking->position; c--) {
		if (changing[c - 1].last_offset > taking->position &&
		    take(taking, changing[c - 1].binding) < 0)
			return -1;
	}
	return 0;
}

/* Those in their last version that overlap what is taken. */
static int take_overlapping(struct taking *taking)
{
	const struct era *eras = taking->history->eras;
	size_t low = 0, high = taking->history->binding_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (when_not_after(eras[middle].first, taking->last))
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t e = low; e > 0 && when_not_after(taking->first, eras[e - 1].reach); e--) {
		const struct era *era = &eras[e - 1];

		if (when_not_after(taking->first, era->last) && take(taking, era->binding) < 0)
			return -1;
	}
	return 0;
}

/* All bindings of the holder of BINDING. */
static int take_holder(struct taking *taking, size_t binding)
{
	const struct binding_history *bindings = taking->history->bindings;
	size_t holder = bindings[binding].holder, from = binding;

	while (from > 0 && bindings[from - 1].holder == holder)
		from--;
	for (; from < taking->history->binding_count && bindings[from].holder == holder; from++) {
		if (take(taking, from) < 0)
			return -1;
	}
	return 0;
}

/* Widens to the interfaces that overlap what is taken: which binding one fits depends on all that it
 * overlaps. Returns whether that is more than before. */
static bool take_interfaces(struct taking *taking)
{
	const struct history *history = taking->history;
	struct when first = taking->first, last = taking->last;

	for (size_t i = 0; i < history->interface_count; i++) {
		const struct interface_span *span = &history->interfaces[i].span;
		struct when there = interface_span_there(span, taking->skew_ns);
		struct when from = when_add(there, -taking->skew_ns);
		struct when to = when_add(span->any_last, taking->skew_ns);

		if (when_before(to, first) || when_before(last, from) ||
		    !history_interface(history, i, taking->position))
			continue;
		taking->first = when_earlier(taking->first, from);
		taking->last = when_later(taking->last, to);
	}
	return when_before(taking->first, first) || when_before(last, taking->last);
}

static int take_all(struct taking *taking)
{
	size_t before, holders = 0;

	if (take_changing(taking) < 0)
		return -1;
	do {
		before = taking->count;
		if (take_overlapping(taking) < 0)
			return -1;
		for (; holders < taking->count; holders++) {
			if (take_holder(taking, taking->list[holders]) < 0)
				return -1;
		}
	} while (taking->count > before || take_interfaces(taking));
	return 0;
}

struct address_view *history_around(struct history *history, uint64_t position, bool gateways,
				    const struct assumptions *assumptions, struct when start,
				    struct when end)
{
	int64_t skew_ns = assumptions->skew_ns;
	struct taking taking = {
		.history = history,
		.position = position,
		.hold_ns = assumptions->hold_ns,
		.skew_ns = skew_ns,
		.first = when_add(start, -skew_ns),
		.last = when_add(end, skew_ns),
	};
	struct binding_choice choice;
	int rc = -1;

	if (make_eras(history, assumptions->hold_ns) < 0)
		return NULL;
	taking.taken = calloc(history->binding_count + 1, sizeof(*taking.taken));
	if (taking.taken == NULL) {
		no_memory();
		goto out;
	}
	if (take_all(&taking) < 0)
		goto out;
	if (taking.count > 1)
		qsort(taking.list, taking.count, sizeof(*taking.list), by_number);
	choice = (struct binding_choice){taking.list, taking.count};
	rc = history_view_fill(history, &history->around, &choice, position, gateways, assumptions);
	/* Of those that were not taken, the instants are before FIRST or after LAST, and their
	 * possible ones widen by the skew. */
	history->around.since = when_add(taking.first, skew_ns);
	history->around.until = when_add(taking.last, -skew_ns);
out:
	free(taking.taken);
	free(taking.list);
	return rc == 0 ? &history->around : NULL;
}
