#include "common/timeline/rules/interfaces.h"

#include <stdlib.h>

bool interface_span_equal(const struct interface_span *a, const struct interface_span *b)
{
	return a->node == b->node && a->name == b->name && a->host == b->host &&
	       a->first.ns == b->first.ns && a->last.ns == b->last.ns &&
	       a->since.ns == b->since.ns && a->until.ns == b->until.ns && a->several == b->several;
}

bool interface_span_is_past(const struct interface_span *span, struct when horizon)
{
	return when_before(span->last, horizon) &&
	       (when_is_max(span->until) || when_before(span->until, horizon));
}

/* When an epoch held the address for sure, by its node's clock: S and C of the page. */
struct held {
	struct when from, to;
	bool is; /* of a pod, and not secondary */
};

static struct held held_by(const struct binding *binding, const struct instants *at,
			   const struct assumptions *assumptions)
{
	struct held held = {.is = binding->kind == HOLDER_POD && !binding->evidence.shared};

	if (held.is) {
		held.from = binding_held_from(binding, assumptions);
		held.to = binding_held_to(binding, assumptions);
		/* An open one is there until the next holder may be. */
		if (when_is_max(held.to))
			held.to = at->certain_to;
	}
	return held;
}

static bool may_be(const struct interface_span *span, const struct binding *binding,
		   const struct held *held)
{
	return held->is && binding->evidence.node == span->node &&
	       when_not_after(span->first, held->to) && when_not_after(held->from, span->last);
}

/* The fit of an interface to A is in doubt because it fits B too. Mirrors of one pod are one. */
static bool are_rivals(const struct binding *a, const struct binding *b)
{
	return a != b && (a->holder == b->holder || a->who != b->who);
}

/* Adds what SPAN, an interface of BINDING, says. */
static void add(struct binding *binding, const struct interface_span *span)
{
	struct seen *seen = &binding->seen;

	if (!seen->there)
		*seen = (struct seen){true, WHEN_MAX, WHEN_MIN, WHEN_MIN, WHEN_MAX, span->host};
	seen->first = when_earlier(seen->first, span->first);
	seen->last = when_later(seen->last, span->last);
	seen->since = when_later(seen->since, span->since);
	seen->until = when_earlier(seen->until, span->until);
	if (seen->host != span->host)
		seen->host = 0;
}

static void fit(struct binding *bindings, size_t count, const struct held *held,
		const struct interface_span *span, struct when horizon)
{
	for (size_t b = 0; b < count; b++) {
		bool rival = false;

		if (!may_be(span, &bindings[b], &held[b]))
			continue;
		for (size_t o = 0; o < count && !rival; o++)
			rival = are_rivals(&bindings[b], &bindings[o]) &&
				!evidence_is_past(&bindings[o].evidence, horizon) &&
				may_be(span, &bindings[o], &held[o]);
		if (!rival)
			add(&bindings[b], span);
	}
}

static int by_first(const void *a, const void *b)
{
	const struct interface_span *one = a, *other = b;

	return (one->first.ns > other->first.ns) - (one->first.ns < other->first.ns);
}

/* Both are surely there at some instant, B beginning last. */
static bool at_once(const struct interface_span *a, const struct interface_span *b, int64_t skew_ns)
{
	int64_t k = a->node == b->node ? 0 : skew_ns;

	return (a->node != b->node || a->name != b->name) &&
	       when_before(when_add(b->first, k), when_earlier(a->last, b->last));
}

/* Marks those that carried the address together with another. */
static void find_doubtful(const struct interface_span *spans, size_t count,
			  const struct assumptions *assumptions, bool *doubtful)
{
	for (size_t a = 0; a < count; a++) {
		for (size_t b = a + 1;
		     b < count && when_before(spans[b].first, spans[a].last) && !spans[a].several;
		     b++) {
			if (spans[b].several ||
			    !at_once(&spans[a], &spans[b], assumptions->skew_ns))
				continue;
			if (!interface_span_is_past(&spans[b], assumptions->horizon))
				doubtful[a] = true;
			if (!interface_span_is_past(&spans[a], assumptions->horizon))
				doubtful[b] = true;
		}
	}
}

int interfaces_fit(struct binding *bindings, const struct instants *instants, size_t count,
		   struct interface_span *spans, size_t span_count,
		   const struct assumptions *assumptions)
{
	struct held *held;
	bool *doubtful;
	int rc = -1;

	/* The node's clock is not to be trusted. */
	if (span_count == 0 || assumptions->clock > TIMELINE_STARTED)
		return 0;
	held = calloc(count + 1, sizeof(*held));
	doubtful = calloc(span_count, sizeof(*doubtful));
	if (held == NULL || doubtful == NULL)
		goto out;
	qsort(spans, span_count, sizeof(*spans), by_first);
	find_doubtful(spans, span_count, assumptions, doubtful);
	for (size_t b = 0; b < count; b++)
		held[b] = held_by(&bindings[b], &instants[b], assumptions);
	for (size_t s = 0; s < span_count; s++) {
		if (!doubtful[s] && !spans[s].several)
			fit(bindings, count, held, &spans[s], assumptions->horizon);
	}
	rc = 0;
out:
	free(held);
	free(doubtful);
	return rc;
}
