#include "common/timeline/rules/asof.h"

#include <stdlib.h>

/* a + k <= b - k, where an open B is later than everything. */
static bool apart(struct when a, struct when b, int64_t k)
{
	return when_is_max(b) || when_not_after(when_add(a, k), when_add(b, -k));
}

/* A pair of bindings, each with its raw certain_from. The order is by what is reported: interfaces
 * move instants, but not the order. */
struct side {
	const struct binding *binding;
	struct when certain_from;
};

/* By one of the rules, without checking the reverse. */
static bool seems_before(struct side a, struct side b, const struct assumptions *assumptions)
{
	const struct evidence *one = &a.binding->evidence, *other = &b.binding->evidence;
	bool same_node = one->node != 0 && one->node == other->node;
	int64_t k = same_node ? 0 : assumptions->skew_ns;
	struct when to = evidence_certain_to(one, assumptions->hold_ns);
	struct when other_to = evidence_certain_to(other, assumptions->hold_ns);

	if (apart(a.certain_from, other_to, k) && !apart(b.certain_from, to, k))
		return true;
	return when_is_max(to) && (one->terminating || same_node) &&
	       apart(a.certain_from, b.certain_from, k) &&
	       !apart(b.certain_from, a.certain_from, k);
}

static bool is_before(struct side a, struct side b, const struct assumptions *assumptions)
{
	if (a.binding->holder == b.binding->holder)
		return a.binding->epoch < b.binding->epoch;
	/* Two mirrors of a pod that went on, or an address that others may have too. */
	if (a.binding->who == b.binding->who || a.binding->evidence.shared ||
	    b.binding->evidence.shared)
		return false;
	return seems_before(a, b, assumptions) && !seems_before(b, a, assumptions);
}

bool asof_is_before(const struct binding *a, const struct binding *b,
		    const struct assumptions *assumptions)
{
	return is_before((struct side){a, binding_start_reported(a, assumptions).certain_from},
			 (struct side){b, binding_start_reported(b, assumptions).certain_from},
			 assumptions);
}

/* A binding and the earliest of its instants that counts. */
struct turn {
	struct when first;
	size_t binding;
};

/* The bindings of one address while their instants are computed. */
struct work {
	const struct binding *bindings;
	size_t count;
	const struct assumptions *assumptions;
	struct instants *instants;
	struct when *raw;   /* certain_from, as reported */
	struct turn *turns; /* in their order */
	size_t *active;     /* those that a later one can still be ordered with */
	size_t active_count;
};

static int by_first(const void *a, const void *b)
{
	const struct turn *one = a, *other = b;

	return (one->first.ns > other->first.ns) - (one->first.ns < other->first.ns);
}

/* Until when A, which is before B, was there for all that is known: while it is open, nothing
 * had been reported of its end when B came. */
static struct when held_until(const struct work *work, size_t a, size_t b)
{
	struct when to = work->instants[a].certain_to;

	if (!when_is_max(to))
		return to;
	to = when_add(work->bindings[b].evidence.first_known, -work->assumptions->hold_ns);
	return when_earlier(to, work->instants[b].certain_from);
}

/* Steps 1 and 3 for one pair, if A is before B. */
static void order_pair(const struct work *work, size_t a, size_t b)
{
	struct instants *at = work->instants;

	if (!is_before((struct side){&work->bindings[a], work->raw[a]},
		       (struct side){&work->bindings[b], work->raw[b]}, work->assumptions))
		return;
	at[b].possible_from = when_later(at[b].possible_from, held_until(work, a, b));
	at[a].possible_to = when_earlier(at[a].possible_to, at[b].certain_from);
}

/* Drops the bindings whose instants are all before MOMENT: a binding that begins there or
 * later is after them, so neither changes the other's instants. */
static void retire(struct work *work, struct when moment)
{
	size_t kept = 0;

	for (size_t i = 0; i < work->active_count; i++) {
		size_t one = work->active[i];
		struct when last = when_later(work->instants[one].certain_to, work->raw[one]);

		last = when_later(last, work->instants[one].possible_to);
		if (when_not_after(moment, last))
			work->active[kept++] = one;
	}
	work->active_count = kept;
}

static void order_all(struct work *work)
{
	for (size_t i = 0; i < work->count; i++) {
		size_t one = work->turns[i].binding;

		retire(work, work->turns[i].first);
		for (size_t j = 0; j < work->active_count; j++) {
			order_pair(work, work->active[j], one);
			order_pair(work, one, work->active[j]);
		}
		work->active[work->active_count++] = one;
	}
	/* Within one holder only the order of the epochs counts, whatever the instants are. */
	for (size_t i = 0; i < work->count; i++) {
		for (size_t j = i + 1;
		     j < work->count && work->bindings[j].holder == work->bindings[i].holder; j++) {
			order_pair(work, i, j);
			order_pair(work, j, i);
		}
	}
}

/* Step 2, for an open one. */
static struct when certain_until_next(const struct work *work, size_t open)
{
	struct side a = {&work->bindings[open], work->raw[open]};
	struct when next = WHEN_MAX;

	for (size_t j = 0; j < work->count; j++) {
		struct side b = {&work->bindings[j], work->raw[j]};

		if (j != open && is_before(a, b, work->assumptions))
			next = when_earlier(next, work->instants[j].possible_from);
	}
	return next;
}

static void begin(struct work *work)
{
	const struct assumptions *assumptions = work->assumptions;

	for (size_t i = 0; i < work->count; i++) {
		const struct binding *binding = &work->bindings[i];
		const struct evidence *evidence = &binding->evidence;
		struct instants *at = &work->instants[i];
		struct when first = evidence_certain_to(evidence, assumptions->hold_ns);

		work->raw[i] = binding_start_reported(binding, assumptions).certain_from;
		at->possible_from = binding_possible_from(binding, assumptions);
		at->certain_from = binding->seen.there
					   ? binding_start(binding, assumptions).certain_from
					   : work->raw[i];
		at->certain_to = binding_certain_to(binding, assumptions);
		at->possible_to = binding_possible_to(binding);
		if (evidence_is_past(evidence, assumptions->horizon))
			at->possible_to = when_earlier(at->possible_to, evidence->ended_received);
		first = when_earlier(when_earlier(at->possible_from, at->certain_from), first);
		work->turns[i].first = first;
		work->turns[i].binding = i;
	}
	if (work->count > 1)
		qsort(work->turns, work->count, sizeof(*work->turns), by_first);
}

int asof_instants(const struct binding *bindings, size_t count,
		  const struct assumptions *assumptions, struct instants *instants)
{
	int64_t skew_ns = assumptions->skew_ns;
	struct work work = {
		.bindings = bindings,
		.count = count,
		.assumptions = assumptions,
		.instants = instants,
		.raw = calloc(count + 1, sizeof(struct when)),
		.turns = calloc(count + 1, sizeof(struct turn)),
		.active = calloc(count + 1, sizeof(size_t)),
	};
	int rc = -1;

	if (work.raw == NULL || !work.turns || !work.active)
		goto out;
	begin(&work);
	order_all(&work);
	for (size_t i = 0; i < count; i++) {
		if (when_is_max(instants[i].certain_to))
			instants[i].certain_to = when_earlier(certain_until_next(&work, i),
							      binding_interface_gone(&bindings[i]));
	}
	for (size_t i = 0; i < count; i++) {
		struct instants *at = &instants[i];

		at->possible_from = when_add(at->possible_from, -skew_ns);
		at->possible_to = when_add(at->possible_to, skew_ns);
		at->certain_from = when_add(at->certain_from, skew_ns);
		at->certain_to = when_add(at->certain_to, -skew_ns);
	}
	rc = 0;
out:
	free(work.raw);
	free(work.turns);
	free(work.active);
	return rc;
}

static int by_possible_from(const void *a, const void *b)
{
	const struct tenure *one = a, *other = b;

	if (one->at.possible_from.ns != other->at.possible_from.ns)
		return one->at.possible_from.ns < other->at.possible_from.ns ? -1 : 1;
	if (one->binding.epoch != other->binding.epoch)
		return one->binding.epoch < other->binding.epoch ? -1 : 1;
	return 0;
}

void asof_sort(struct tenure *tenures, size_t count)
{
	struct when reach = WHEN_MIN;

	if (count > 1)
		qsort(tenures, count, sizeof(*tenures), by_possible_from);
	for (size_t t = 0; t < count; t++) {
		reach = when_later(reach, tenures[t].at.possible_to);
		tenures[t].reach = reach;
	}
}

bool asof_is_certain(const struct tenure *tenure, struct when start, struct when end)
{
	return when_not_after(tenure->at.certain_from, start) &&
	       when_not_after(end, tenure->at.certain_to);
}

bool asof_is_possible(const struct tenure *tenure, struct when start, struct when end)
{
	return when_not_after(tenure->at.possible_from, end) &&
	       when_not_after(start, tenure->at.possible_to);
}

/* The first tenure that begins after MOMENT. */
static size_t first_after(const struct tenure *tenures, size_t count, struct when moment)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (when_before(moment, tenures[middle].at.possible_from))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

const struct tenure *asof_previous(const struct tenure *tenures, size_t *at, struct when start,
				   struct when end)
{
	size_t t = first_after(tenures, *at, end);

	for (; t > 0 && when_not_after(start, tenures[t - 1].reach); t--) {
		if (asof_is_possible(&tenures[t - 1], start, end)) {
			*at = t - 1;
			return &tenures[t - 1];
		}
	}
	return NULL;
}

struct when asof_settled(const struct tenure *tenures, size_t count, struct when moment,
			 int64_t skew_ns)
{
	struct when settled = WHEN_MIN;

	for (size_t t = 0; t < count; t++) {
		const struct instants *at = &tenures[t].at;
		struct when last =
			when_earlier(when_add(at->certain_to, skew_ns), when_add(moment, -skew_ns));

		if (when_not_after(when_add(at->certain_from, -skew_ns), last))
			settled = when_later(settled, last);
	}
	return when_add(settled, -skew_ns);
}

struct when asof_next(const struct tenure *tenures, size_t count, struct when moment)
{
	struct when next = WHEN_MAX;

	for (size_t t = 0; t < count; t++) {
		const struct instants *at = &tenures[t].at;
		struct when first = when_later(at->certain_from, moment);

		if (when_not_after(first, at->certain_to))
			next = when_earlier(next, first);
	}
	return next;
}
