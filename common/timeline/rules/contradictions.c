#include "common/timeline/rules/contradictions.h"

#define STEP 64

/* How many of 64 s, 64 * 64 s and so on there are between its first packet and its last. */
static int steps(const struct interface_span *span)
{
	uint64_t left = (uint64_t)when_since(span->last, span->first) / NS_PER_SECOND / STEP;
	int count = 0;

	for (; left > 0; left /= STEP)
		count++;
	return count;
}

bool contradictions_due(const struct interface_span *before, const struct interface_span *after)
{
	bool gone = !when_is_max(after->until), was = before != NULL && !when_is_max(before->until);

	return (gone && !was) || (after->several && (before == NULL || !before->several)) ||
	       steps(after) > (before == NULL ? 0 : steps(before));
}

/* The pod of BINDING surely had the address while SPAN carried it, and SPAN carried nothing before the pod was
 * there. */
static bool has(const struct interface_span *span, const struct binding *binding,
		const struct assumptions *assumptions)
{
	const struct evidence *evidence = &binding->evidence;
	struct when from, to;

	if (binding->kind != HOLDER_POD || evidence->shared || evidence->node != span->node ||
	    evidence_is_past(evidence, assumptions->horizon) ||
	    (evidence->identity == 0 &&
	     interface_span_is_older(span, evidence->start_time, assumptions->skew_ns)))
		return false;
	from = binding_held_from(binding, assumptions);
	to = binding_held_to(binding, assumptions);
	if (when_is_max(to))
		to = from;
	return interface_span_overlaps(span, from, to);
}

/* OTHER was the interface of BINDING before SPAN. */
static bool had_another(const struct interface_span *span, const struct interface_span *other,
			const struct binding *binding, const struct assumptions *assumptions)
{
	return !other->several && when_before(other->first, span->first) &&
	       interface_spans_differ(other, span) && has(other, binding, assumptions);
}

static void add_pods(struct contradictions *found, const struct interface_span *span,
		     const struct binding *bindings, size_t count,
		     const struct assumptions *assumptions)
{
	bool any = false;

	for (size_t b = 0; b < count; b++) {
		if (!has(span, &bindings[b], assumptions))
			continue;
		if (any && bindings[b].who != bindings[found->pods[0]].who) {
			found->pods[1] = b;
			found->kinds |= 1u << CONTRADICTION_TWO_PODS;
			return;
		}
		if (!any)
			found->pods[0] = b;
		any = true;
	}
}

static void add_second(struct contradictions *found, const struct interface_span *span,
		       const struct interface_span *other, const struct binding *bindings,
		       size_t count, const struct assumptions *assumptions)
{
	for (size_t b = 0; b < count; b++) {
		if (has(span, &bindings[b], assumptions) &&
		    had_another(span, other, &bindings[b], assumptions)) {
			found->owner = b;
			found->kinds |= 1u << CONTRADICTION_SECOND_INTERFACE;
			return;
		}
	}
}

struct contradictions contradictions_find(const struct interface_span *span,
					  const struct interface_span *others, size_t other_count,
					  const struct binding *bindings, size_t count,
					  const struct assumptions *assumptions)
{
	struct contradictions found = {0};

	if (assumptions->clock > TIMELINE_STARTED)
		return found;
	if (span->several) {
		found.kinds = 1u << CONTRADICTION_TWO_ADDRESSES;
		return found;
	}
	add_pods(&found, span, bindings, count, assumptions);
	for (size_t o = 0; o < other_count; o++) {
		if (others[o].several || interface_span_is_past(&others[o], assumptions->horizon))
			continue;
		if (interface_spans_at_once(span, &others[o], assumptions->skew_ns))
			found.kinds |= 1u << CONTRADICTION_TWO_INTERFACES;
		else
			add_second(&found, span, &others[o], bindings, count, assumptions);
	}
	return found;
}

const char *contradiction_name(enum contradiction kind)
{
	static const char *const names[CONTRADICTIONS] = {
		[CONTRADICTION_TWO_ADDRESSES] = "two_addresses",
		[CONTRADICTION_TWO_INTERFACES] = "two_interfaces",
		[CONTRADICTION_TWO_PODS] = "two_pods",
		[CONTRADICTION_SECOND_INTERFACE] = "second_interface",
	};

	return names[kind];
}
