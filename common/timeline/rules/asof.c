#include "common/timeline/rules/asof.h"

#include <stdlib.h>

/* a + k <= b - k, where an open B is later than everything. */
static bool apart(struct when a, struct when b, int64_t k)
{
	return when_is_max(b) || when_not_after(when_add(a, k), when_add(b, -k));
}

/* A pair of bindings, each with its raw certain_from. */
struct side {
	const struct binding *binding;
	struct when certain_from;
};

/* By one of the rules, without checking the reverse. */
static bool seems_before(struct side a, struct side b, int64_t skew_ns)
{
	const struct evidence *one = &a.binding->evidence, *other = &b.binding->evidence;
	bool same_node = one->node != 0 && one->node == other->node;
	int64_t k = same_node ? 0 : skew_ns;
	struct when to = evidence_certain_to(one);

	if (apart(a.certain_from, evidence_certain_to(other), k) && !apart(b.certain_from, to, k))
		return true;
	return when_is_max(to) && (one->terminating || same_node) &&
	       apart(a.certain_from, b.certain_from, k) &&
	       !apart(b.certain_from, a.certain_from, k);
}

static bool is_before(struct side a, struct side b, int64_t skew_ns)
{
	if (a.binding->holder == b.binding->holder)
		return a.binding->epoch < b.binding->epoch;
	return seems_before(a, b, skew_ns) && !seems_before(b, a, skew_ns);
}

bool asof_is_before(const struct binding *a, const struct binding *b, enum timeline_clock clock,
		    int64_t skew_ns)
{
	return is_before((struct side){a, binding_start(a, clock).certain_from},
			 (struct side){b, binding_start(b, clock).certain_from}, skew_ns);
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
	int64_t skew_ns;
	struct instants *instants;
	struct when *raw;   /* certain_from */
	struct turn *turns; /* in their order */
	size_t *active;     /* those that a later one can still be ordered with */
	size_t active_count;
};

static int by_first(const void *a, const void *b)
{
	const struct turn *one = a, *other = b;

	return (one->first.ns > other->first.ns) - (one->first.ns < other->first.ns);
}

/* Steps 1 and 3 for one pair, if A is before B. */
static void order_pair(const struct work *work, size_t a, size_t b)
{
	struct when to = evidence_certain_to(&work->bindings[a].evidence);

	if (!is_before((struct side){&work->bindings[a], work->raw[a]},
		       (struct side){&work->bindings[b], work->raw[b]}, work->skew_ns))
		return;
	if (!when_is_max(to))
		work->instants[b].possible_from = when_later(work->instants[b].possible_from, to);
	work->instants[a].possible_to = when_earlier(work->instants[a].possible_to, work->raw[b]);
}

/* Drops the bindings whose instants are all before MOMENT: a binding that begins there or
 * later is after them, so neither changes the other's instants. */
static void retire(struct work *work, struct when moment)
{
	size_t kept = 0;

	for (size_t i = 0; i < work->active_count; i++) {
		size_t one = work->active[i];
		struct when last = when_later(evidence_certain_to(&work->bindings[one].evidence),
					      work->raw[one]);

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

		if (j != open && is_before(a, b, work->skew_ns))
			next = when_earlier(next, work->instants[j].possible_from);
	}
	return next;
}

static void begin(struct work *work, enum timeline_clock clock)
{
	for (size_t i = 0; i < work->count; i++) {
		const struct evidence *evidence = &work->bindings[i].evidence;
		struct instants *at = &work->instants[i];

		work->raw[i] = binding_start(&work->bindings[i], clock).certain_from;
		at->possible_from = evidence_possible_from(evidence);
		at->certain_from = work->raw[i];
		at->certain_to = evidence_certain_to(evidence);
		at->possible_to = evidence_possible_to(evidence);
		work->turns[i].first =
			when_earlier(when_earlier(at->possible_from, work->raw[i]), at->certain_to);
		work->turns[i].binding = i;
	}
	if (work->count > 1)
		qsort(work->turns, work->count, sizeof(*work->turns), by_first);
}

int asof_instants(const struct binding *bindings, size_t count, enum timeline_clock clock,
		  int64_t skew_ns, struct instants *instants)
{
	struct work work = {
		.bindings = bindings,
		.count = count,
		.skew_ns = skew_ns,
		.instants = instants,
		.raw = calloc(count + 1, sizeof(struct when)),
		.turns = calloc(count + 1, sizeof(struct turn)),
		.active = calloc(count + 1, sizeof(size_t)),
	};
	int rc = -1;

	if (work.raw == NULL || !work.turns || !work.active)
		goto out;
	begin(&work, clock);
	order_all(&work);
	for (size_t i = 0; i < count; i++) {
		if (when_is_max(instants[i].certain_to))
			instants[i].certain_to = certain_until_next(&work, i);
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

bool asof_is_possible(const struct tenure *tenure, struct when start, struct when end,
		      bool uncovered)
{
	return when_not_after(tenure->at.possible_from, end) &&
	       when_not_after(start, tenure->at.possible_to) &&
	       (!uncovered || asof_is_certain(tenure, start, end));
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

/* Both are certain at some instant of the flow. */
static bool certain_together(const struct tenure *a, const struct tenure *b, struct when start,
			     struct when end)
{
	struct when from = when_later(start, when_later(a->at.certain_from, b->at.certain_from));
	struct when to = when_earlier(end, when_earlier(a->at.certain_to, b->at.certain_to));

	return when_not_after(from, to);
}

static bool any_together(const struct tenure *tenures, size_t last, struct when start,
			 struct when end, bool uncovered)
{
	for (size_t i = last; i > 0 && when_not_after(start, tenures[i - 1].reach); i--) {
		if (!asof_is_possible(&tenures[i - 1], start, end, uncovered))
			continue;
		for (size_t j = i - 1; j > 0 && when_not_after(start, tenures[j - 1].reach); j--) {
			if (tenures[i - 1].binding.holder != tenures[j - 1].binding.holder &&
			    asof_is_possible(&tenures[j - 1], start, end, uncovered) &&
			    certain_together(&tenures[i - 1], &tenures[j - 1], start, end))
				return true;
		}
	}
	return false;
}

struct asof_verdict asof_judge(const struct tenure *tenures, size_t count, struct when start,
			       struct when end, bool uncovered)
{
	struct asof_verdict verdict = {.holders = ASOF_NONE};
	size_t last = first_after(tenures, count, end);

	for (size_t t = last; t > 0 && when_not_after(start, tenures[t - 1].reach); t--) {
		const struct tenure *tenure = &tenures[t - 1];

		if (!asof_is_possible(tenure, start, end, uncovered))
			continue;
		if (verdict.tenure != NULL &&
		    tenure->binding.holder != verdict.tenure->binding.holder) {
			verdict.holders = ASOF_MANY;
			verdict.together = any_together(tenures, last, start, end, uncovered);
			return verdict;
		}
		/* From the end, so the first has the latest possible_from. */
		if (verdict.tenure == NULL)
			verdict.tenure = tenure;
		verdict.holders = ASOF_ONE;
		verdict.certain = verdict.certain || asof_is_certain(tenure, start, end);
	}
	return verdict;
}

bool asof_certain_within(const struct tenure *tenures, size_t count, struct when from,
			 struct when to)
{
	/* The newest first: usually it is the one. */
	for (size_t t = when_before(to, from) ? 0 : count; t > 0; t--) {
		const struct instants *at = &tenures[t - 1].at;

		if (when_not_after(when_later(at->certain_from, from),
				   when_earlier(at->certain_to, to)))
			return true;
	}
	return false;
}
