#include "common/timeline/rules/interfaces.h"

#include <stdlib.h>

/* When an epoch held the address for sure, by its node's clock: S and C of the page. */
struct held {
	struct when from, to;
	struct when reported; /* raw certain_from without interfaces */
	bool is;              /* of a pod, and not secondary */
};

static struct held held_by(const struct binding *binding, const struct instants *at,
			   const struct assumptions *assumptions)
{
	struct held held = {.is = binding->kind == HOLDER_POD && !binding->evidence.shared};

	if (held.is) {
		held.from = binding_held_from(binding, assumptions);
		held.to = binding_held_to(binding, assumptions);
		held.reported = binding_start_reported(binding, assumptions).certain_from;
		/* An open one is there until the next holder may be. */
		if (when_is_max(held.to))
			held.to = at->certain_to;
	}
	return held;
}

/* Adds what SPAN, an interface of BINDING, says; of its packets those over [FROM, TO] count. */
static void add(struct binding *binding, const struct interface_span *span, struct when from,
		struct when to, const struct assumptions *assumptions)
{
	struct when reported = evidence_certain_to(&binding->evidence, assumptions->hold_ns);
	struct seen *seen = &binding->seen;

	if (!seen->there)
		*seen = (struct seen){
			.there = true,
			.first = WHEN_MAX,
			.last = WHEN_MIN,
			.from = WHEN_MAX,
			.to = WHEN_MIN,
			.since = WHEN_MIN,
			.until = WHEN_MAX,
			.host = span->host,
			.confirmed = WHEN_MIN,
		};
	seen->first = when_earlier(seen->first, span->first);
	seen->last = when_later(seen->last, span->last);
	seen->from = when_earlier(seen->from, from);
	seen->to = when_later(seen->to, to);
	seen->since = when_later(seen->since, span->since);
	/* One that is past may be forgotten while the epoch is open. */
	if (when_not_after(assumptions->horizon, span->until) ||
	    when_not_after(reported, span->until))
		seen->until = when_earlier(seen->until, span->until);
	if (seen->host != span->host)
		seen->host = 0;
	seen->ons[seen->on_count++ % SEEN_ONS] = span;
}

/* All bindings of an address and the interfaces that carried it while it is found whose these are. */
struct fitting {
	struct binding *bindings;
	size_t count;
	struct held *held;
	const struct interface_span **spans; /* by first */
	bool *proven; /* of each of SPANS: its packets tell whose it is, so when it appeared does not matter */
	const struct assumptions *assumptions;
};

/* Interface number S may be that of binding number B: by its packets if PROVEN, else also by when it appeared. */
static bool matches(const struct fitting *all, size_t s, size_t b, bool proven)
{
	const struct interface_span *span = all->spans[s];
	const struct held *held = &all->held[b];

	if (!held->is || all->bindings[b].evidence.node != span->node)
		return false;
	return proven ? interface_span_overlaps(span, held->from, held->to)
		      : interface_span_fits(span, held->from, held->to, all->assumptions->skew_ns);
}

static bool may_be(const struct fitting *all, size_t s, size_t b)
{
	return matches(all, s, b, all->proven[s]);
}

static bool is_proven(const struct fitting *all, size_t s)
{
	for (size_t b = 0; b < all->count; b++) {
		if (matches(all, s, b, true) &&
		    !evidence_is_past(&all->bindings[b].evidence, all->assumptions->horizon))
			return true;
	}
	return false;
}

/* Adds what interface number S says to binding number B, unless it may be another holder's too. A pod whose containers
 * were all started again may have two epochs in one sandbox: the first then has it until the next. */
static void fit(const struct fitting *all, size_t s, size_t b)
{
	struct binding *one = &all->bindings[b];
	struct when from = all->spans[s]->first, to = all->spans[s]->last;

	for (size_t o = 0; o < all->count; o++) {
		const struct binding *other = &all->bindings[o];

		if (o == b || !may_be(all, s, o) ||
		    evidence_is_past(&other->evidence, all->assumptions->horizon))
			continue;
		if (other->who != one->who)
			return;
		if (other->holder == one->holder && other->epoch < one->epoch)
			from = when_later(from, all->held[b].reported);
		else if (other->holder == one->holder)
			to = when_earlier(to, all->held[o].reported);
	}
	add(one, all->spans[s], from, to, all->assumptions);
}

static int by_first(const void *a, const void *b)
{
	const struct interface_span *one = *(const struct interface_span *const *)a;
	const struct interface_span *other = *(const struct interface_span *const *)b;

	return (one->first.ns > other->first.ns) - (one->first.ns < other->first.ns);
}

/* It carried nothing before the pod was there. */
static bool may_own(const struct fitting *all, size_t s, size_t b)
{
	const struct evidence *evidence = &all->bindings[b].evidence;

	return may_be(all, s, b) && (evidence->identity != 0 ||
				     !interface_span_is_older(all->spans[s], evidence->start_time,
							      all->assumptions->skew_ns));
}

/* Number LATER has come after another interface of binding number B. */
static bool comes_after(const struct fitting *all, size_t later, size_t b)
{
	for (size_t s = 0; s < later; s++) {
		if (may_own(all, s, b) &&
		    interface_spans_differ(all->spans[s], all->spans[later]) &&
		    !interface_span_is_past(all->spans[s], all->assumptions->horizon))
			return true;
	}
	return false;
}

/* Adds to binding number B what its interface says: a sandbox has one, so the first of COUNT. */
static void fit_one(const struct fitting *all, size_t count, size_t b)
{
	for (size_t s = 0; s < count; s++) {
		if (!may_own(all, s, b))
			continue;
		if (comes_after(all, s, b))
			return;
		fit(all, s, b);
	}
}

/* Marks those that carried the address together with another. */
static void find_doubtful(const struct interface_span *const *spans, size_t count,
			  const struct assumptions *assumptions, bool *doubtful)
{
	for (size_t a = 0; a < count; a++) {
		for (size_t b = a + 1; b < count && when_before(spans[b]->first, spans[a]->last) &&
				       !spans[a]->several;
		     b++) {
			if (spans[b]->several ||
			    !interface_spans_at_once(spans[a], spans[b], assumptions->skew_ns))
				continue;
			if (!interface_span_is_past(spans[b], assumptions->horizon))
				doubtful[a] = true;
			if (!interface_span_is_past(spans[a], assumptions->horizon))
				doubtful[b] = true;
		}
	}
}

/* Returns how many of SPANS[COUNT] are left, which may prove something. */
static size_t drop_doubtful(const struct interface_span **spans, size_t count, const bool *doubtful)
{
	size_t kept = 0;

	for (size_t s = 0; s < count; s++) {
		if (!doubtful[s] && !spans[s]->several)
			spans[kept++] = spans[s];
	}
	return kept;
}

int interfaces_fit(struct binding *bindings, const struct instants *instants, size_t count,
		   const struct interface_span **spans, size_t span_count,
		   const struct assumptions *assumptions)
{
	struct fitting all = {bindings, count, NULL, spans, NULL, assumptions};
	bool *doubtful;
	int rc = -1;

	/* The node's clock is not to be trusted. */
	if (span_count == 0 || assumptions->clock > TIMELINE_STARTED)
		return 0;
	all.held = calloc(count + 1, sizeof(*all.held));
	all.proven = calloc(span_count, sizeof(*all.proven));
	doubtful = calloc(span_count, sizeof(*doubtful));
	if (all.held == NULL || all.proven == NULL || doubtful == NULL)
		goto out;
	qsort(spans, span_count, sizeof(*spans), by_first);
	find_doubtful(spans, span_count, assumptions, doubtful);
	for (size_t b = 0; b < count; b++)
		all.held[b] = held_by(&bindings[b], &instants[b], assumptions);
	span_count = drop_doubtful(spans, span_count, doubtful);
	for (size_t s = 0; s < span_count; s++)
		all.proven[s] = is_proven(&all, s);
	for (size_t b = 0; b < count; b++)
		fit_one(&all, span_count, b);
	rc = 0;
out:
	free(all.held);
	free(all.proven);
	free(doubtful);
	return rc;
}
