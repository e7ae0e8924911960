/* The pod that was alone with an address on its node (docs/answers.md section 6, "Recorded holders"). */
#include "common/timeline/judge.h"
#include "common/timeline/store/confirmed_rows.h"

/* Sets *AT to up to when its meter had confirmed by POSITION what SPAN leaves open; WHEN_MIN: not at all. -1
 * after logging. */
static int confirmed(struct timeline *timeline, const struct interface_span *span,
		     uint64_t position, struct when *at)
{
	const struct cluster *cluster = timeline->answering;

	*at = WHEN_MIN;
	if (span->sequence == 0 || interface_span_is_past(span, cluster->horizon))
		return 0;
	return confirmed_rows_find(cluster, timeline->store, span->sequence, position, at);
}

/* 1: one of its interfaces says so, 0: none; -1 after logging. */
static int is_alone(struct timeline *timeline, const struct tenure *tenure,
		    const struct timeline_question *question)
{
	const struct binding *binding = &tenure->binding;
	size_t count = binding->evidence.node != 0 ? binding_on_count(binding) : 0;
	bool open = false;

	/* Its names may be forgotten. */
	if (evidence_is_past(&binding->evidence, timeline->answering->horizon))
		return 0;
	for (size_t i = 0; i < count; i++) {
		const struct interface_span *on = binding->seen.ons[i];

		if (interface_span_is_alone(on, on->alone_until, question->observer,
					    question->start, question->end,
					    timeline->options.skew_ns))
			return judge_is_watched(timeline, tenure, question);
		open = open || on->sequence != 0;
	}
	if (!open || !judge_is_watched(timeline, tenure, question))
		return 0;
	for (size_t i = 0; i < count; i++) {
		const struct interface_span *on = binding->seen.ons[i];
		struct when until;

		if (confirmed(timeline, on, (uint64_t)question->position, &until) < 0)
			return -1;
		if (interface_span_is_alone(on, until, question->observer, question->start,
					    question->end, timeline->options.skew_ns))
			return 1;
	}
	return 0;
}

/* Whether all of POSSIBLE[COUNT] are of one holder, and one of them is certain. */
static bool is_decided(const struct possible *possible, size_t count)
{
	bool certain = false;

	for (size_t p = 0; p < count; p++) {
		if (possible[p].tenure->binding.who != possible[0].tenure->binding.who)
			return false;
		certain = certain || possible[p].certain;
	}
	return certain;
}

/* Another holder than that of FOUND, a tenure of VIEW and the last one that is alone, is alone too, witnessed,
 * or certain. -1 after logging. */
static int has_rival(struct timeline *timeline, const struct address_view *view,
		     const struct timeline_question *question, const struct possible *possible,
		     size_t count, const struct tenure *found)
{
	for (size_t p = 0; p < count; p++) {
		if (possible[p].certain && possible[p].tenure->binding.who != found->binding.who)
			return 1;
	}
	for (size_t t = view->count; t > 0; t--) {
		const struct tenure *tenure = &view->tenures[t - 1];
		int rc = 0;

		if (tenure->binding.who == found->binding.who)
			continue;
		if (judge_is_witnessed(timeline, tenure, question))
			return 1;
		if (tenure < found)
			rc = is_alone(timeline, tenure, question);
		if (rc != 0)
			return rc;
	}
	return 0;
}

int judge_find_alone(struct timeline *timeline, const struct address_view *view,
		     const struct timeline_question *question, const struct possible *possible,
		     size_t count, const struct tenure **alone)
{
	const struct tenure *last = NULL;
	int rc = 0;

	*alone = NULL;
	/* Nothing would be left out. */
	if (!question->sent || is_decided(possible, count))
		return 0;
	for (size_t t = view->count; t > 0 && rc == 0; t--) {
		last = &view->tenures[t - 1];
		rc = is_alone(timeline, last, question);
	}
	if (rc <= 0)
		return rc;
	rc = has_rival(timeline, view, question, possible, count, last);
	if (rc == 0)
		*alone = last;
	return rc < 0 ? -1 : 0;
}

size_t judge_leave_alone(struct possible *possible, size_t count, const struct tenure *alone)
{
	size_t left = 0, p;
	bool there = false;

	for (p = 0; p < count; p++) {
		const struct binding *one = &possible[p].tenure->binding;

		if (one->who != alone->binding.who && one->kind == HOLDER_POD &&
		    one->evidence.node == alone->binding.evidence.node)
			continue;
		there = there || one->who == alone->binding.who;
		possible[left++] = possible[p];
	}
	if (there)
		return left;
	/* They are listed from the last one on. */
	for (p = left++; p > 0 && possible[p - 1].tenure < alone; p--)
		possible[p] = possible[p - 1];
	possible[p] = (struct possible){.tenure = alone};
	return left;
}

int judge_confirmed(struct timeline *timeline, const struct binding *binding, uint64_t position,
		    struct when *at)
{
	size_t count = binding_on_count(binding);

	*at = WHEN_MIN;
	for (size_t i = 0; i < count; i++) {
		struct when one;

		if (confirmed(timeline, binding->seen.ons[i], position, &one) < 0)
			return -1;
		*at = when_later(*at, one);
	}
	return 0;
}
