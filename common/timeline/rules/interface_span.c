#include "common/timeline/rules/interface_span.h"

bool interface_span_equal(const struct interface_span *a, const struct interface_span *b)
{
	return a->uid == b->uid && a->node == b->node && a->name == b->name && a->host == b->host &&
	       a->first.ns == b->first.ns && a->last.ns == b->last.ns &&
	       a->any_first.ns == b->any_first.ns && a->any_last.ns == b->any_last.ns &&
	       a->since.ns == b->since.ns && a->appeared.ns == b->appeared.ns &&
	       a->until.ns == b->until.ns && a->alone_since.ns == b->alone_since.ns &&
	       a->alone_until.ns == b->alone_until.ns && a->sequence == b->sequence &&
	       a->several == b->several;
}

struct when interface_span_there(const struct interface_span *span, int64_t skew_ns)
{
	return when_earlier(span->any_first, when_add(span->appeared, skew_ns));
}

bool interface_span_fits(const struct interface_span *span, struct when from, struct when to,
			 int64_t skew_ns)
{
	/* A pod's interface was there before its address was. */
	bool late = when_before(when_add(from, skew_ns), span->since);

	return when_not_after(late ? span->any_first : interface_span_there(span, skew_ns), to) &&
	       when_not_after(from, span->any_last);
}

bool interface_span_overlaps(const struct interface_span *span, struct when from, struct when to)
{
	return when_not_after(span->any_first, to) && when_not_after(from, span->any_last);
}

bool interface_span_is_older(const struct interface_span *span, struct when start_time,
			     int64_t skew_ns)
{
	return when_before(when_add(span->any_first, skew_ns), start_time);
}

bool interface_span_is_past(const struct interface_span *span, struct when horizon)
{
	return when_before(when_later(span->any_last, span->alone_until), horizon) &&
	       (when_is_max(span->until) || when_before(span->until, horizon));
}

bool interface_spans_at_once(const struct interface_span *a, const struct interface_span *b,
			     int64_t skew_ns)
{
	int64_t k = a->node == b->node ? 0 : skew_ns;

	return (a->node != b->node || a->name != b->name) &&
	       when_before(when_add(when_later(a->first, b->first), k),
			   when_earlier(a->last, b->last));
}

bool interface_spans_differ(const struct interface_span *a, const struct interface_span *b)
{
	return a->name != b->name || when_not_after(a->until, b->first) ||
	       when_not_after(a->last, b->since);
}

bool interface_span_is_alone(const struct interface_span *span, struct when until, uint64_t host,
			     struct when start, struct when end, int64_t skew_ns)
{
	int64_t k = host != 0 && span->host == host ? 0 : skew_ns;

	return !when_is_min(until) && when_not_after(when_add(span->since, k), start) &&
	       when_not_after(when_add(span->alone_since, skew_ns), start) &&
	       when_not_after(end, when_add(until, -k));
}
