/* One end's answer, from what is cached of its address (docs/answers.md section 6). */
#include "common/timeline/timeline.h"

#include "common/program/log.h"
#include "common/timeline/history/history.h"
#include "common/timeline/names.h"
#include "common/timeline/rules/asof.h"
#include "common/timeline/rules/services.h"
#include "common/timeline/timeline_internal.h"

#define COVERED (1u << KUBE_PODS | 1u << KUBE_NODES | 1u << KUBE_SERVICES)
#define SLICES (1u << KUBE_ENDPOINTSLICES)

/* The cached history of IP, or a new one. NULL after logging. */
static struct history *history_of(struct timeline *timeline, const struct ip *ip)
{
	struct history *history = address_cache_find(timeline->cache, ip);

	if (history != NULL) {
		timeline->stats.cache_hits++;
		return history;
	}
	timeline->stats.cache_misses++;
	history = history_load(timeline->store, timeline->answering->id, ip);
	if (history != NULL)
		address_cache_add(timeline->cache, ip, history);
	return history;
}

static bool in_given_range(const struct timeline *timeline, const struct ip *ip)
{
	for (size_t r = 0; r < timeline->options.range_count; r++) {
		if (ip_in_range(ip, &timeline->options.ranges[r]))
			return true;
	}
	return false;
}

static bool in_range(const struct timeline *timeline, struct history *history, const struct ip *ip,
		     uint64_t position)
{
	const struct ranges *ranges = &timeline->answering->ranges;

	if (history->range_generation != ranges->generation) {
		history->range_offset = ranges_offset(ranges, ip);
		history->range_generation = ranges->generation;
	}
	return history->range_offset <= position || in_given_range(timeline, ip);
}

static bool overlaps_gap(const struct timeline *timeline, unsigned resources,
			 const struct timeline_question *question)
{
	return gaps_overlap(&timeline->answering->gaps, resources, timeline->options.hold_ns,
			    question->start, question->end, (uint64_t)question->position);
}

static bool before_coverage(const struct timeline *timeline, unsigned resources,
			    const struct timeline_question *question)
{
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		if ((resources & 1u << r) &&
		    when_before(question->start, coverage_start(&timeline->answering->coverage[r],
								(uint64_t)question->position)))
			return true;
	}
	return false;
}

/* Whether anything at all that tells of addresses was read of the cluster. */
static bool is_there(const struct timeline *timeline, uint64_t position)
{
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		const struct coverage *coverage = &timeline->answering->coverage[r];

		if ((COVERED & 1u << r) &&
		    (coverage->begin_offset <= position || coverage->object_offset <= position))
			return true;
	}
	return false;
}

static bool another_may_hold(const struct timeline *timeline, const struct history *history,
			     const struct tenure *tenure, const struct timeline_question *question)
{
	const struct address_view *view = &history->view;
	struct unpublished_question unpublished = {
		.start = question->start,
		.end = question->end,
		.skew_ns = timeline->options.skew_ns,
		.position = (uint64_t)question->position,
		.holder = span_hash(history->holders[tenure->binding.holder].uid),
	};
	struct when known = progress_known_at(&timeline->answering->progress, unpublished.position);

	/* Later than this a pod may have ended, and its end be on the way. */
	unpublished.excluded = asof_certain_within(view->tenures, view->count, question->end,
						   when_add(known, -timeline->options.hold_ns));

	return unpublished_pods_may_hold(&timeline->answering->unpublished, &unpublished);
}

static void say(struct text *out, struct timeline_verdict *verdict, enum timeline_status status,
		const char *reason)
{
	*verdict = (struct timeline_verdict){status, reason, NULL};
	text_add_string(out, status == TIMELINE_AMBIGUOUS
				     ? "{\"status\":\"ambiguous\",\"reason\":\""
				     : "{\"status\":\"unknown\",\"reason\":\"");
	text_add_string(out, reason);
	text_add_string(out, "\"}");
}

static void say_outside(struct text *out, struct timeline_verdict *verdict)
{
	*verdict = (struct timeline_verdict){TIMELINE_KNOWN, NULL, "outside"};
	text_add_string(out, "{\"status\":\"known\",\"kind\":\"outside\"}");
}

/* Adds the services of a pod or node, and what is not known of them. */
static void add_services(struct timeline *timeline, const struct history *history,
			 const struct fragment *fragment, enum holder_kind kind,
			 const struct timeline_question *question, struct text *out)
{
	struct memberships memberships = {history->memberships, history->membership_count,
					  fragment->members, fragment->member_count};
	struct services_question asked = {
		.kind = kind,
		.port = question->port,
		.transport = question->transport,
		.start = question->start,
		.end = question->end,
		.position = (uint64_t)question->position,
	};
	struct services services;

	services_find(&memberships, &timeline->answering->node_ports, &asked, &services);
	services_add_json(&services, out);
	if (overlaps_gap(timeline, SLICES, question))
		text_add_string(out, ",\"services_reason\":\"gap\"");
	else if (before_coverage(timeline, SLICES, question))
		text_add_string(out, ",\"services_reason\":\"before_coverage\"");
}

static int say_known(struct timeline *timeline, struct history *history,
		     const struct tenure *tenure, const struct timeline_question *question,
		     struct text *out, struct timeline_verdict *verdict)
{
	const struct holder *holder = &history->holders[tenure->binding.holder];
	const struct fragment *fragment =
		names_fragment(timeline, history, tenure, (uint64_t)question->position);
	const char *tail;

	if (fragment == NULL)
		return -1;
	*verdict = (struct timeline_verdict){TIMELINE_KNOWN, NULL, holder_kind_name(holder->kind)};
	tail = fragment->bytes + fragment->head_length;
	text_add(out, fragment->bytes, fragment->head_length);
	if (holder->kind != HOLDER_SERVICE)
		add_services(timeline, history, fragment, holder->kind, question, out);
	text_add(out, tail, fragment->tail_length);
	return 0;
}

/* Why an end is not known that has no possible holder, or one that may be another. */
static const char *unknown_reason(const struct address_view *view, bool one, bool gap, bool early,
				  struct when end)
{
	if (gap)
		return "gap";
	if (early)
		return "before_coverage";
	if (one)
		return "hand_over";
	if (view->count == 0)
		return "never_seen";
	return when_before(end, view->tenures[0].at.possible_from) ? "before_first"
								   : "between_holders";
}

static int judge(struct timeline *timeline, struct history *history,
		 const struct timeline_question *question, struct text *out,
		 struct timeline_verdict *verdict)
{
	const struct address_view *view = &history->view;
	bool gap = overlaps_gap(timeline, COVERED, question);
	bool there = is_there(timeline, (uint64_t)question->position);
	bool early = !there || before_coverage(timeline, COVERED, question);
	struct asof_verdict found = asof_judge(view->tenures, view->count, question->start,
					       question->end, gap || early);

	if (found.holders == ASOF_MANY) {
		say(out, verdict, TIMELINE_AMBIGUOUS, found.together ? "two_holders" : "hand_over");
		return 0;
	}
	if (found.holders == ASOF_ONE &&
	    (found.certain || question->spoke ||
	     (question->sent && !another_may_hold(timeline, history, found.tenure, question))))
		return say_known(timeline, history, found.tenure, question, out, verdict);
	if (found.holders == ASOF_NONE && view->count == 0 && there &&
	    !in_range(timeline, history, &question->ip, (uint64_t)question->position)) {
		say_outside(out, verdict);
		return 0;
	}
	say(out, verdict, TIMELINE_UNKNOWN,
	    unknown_reason(view, found.holders == ASOF_ONE, gap, early, question->end));
	return 0;
}

int timeline_answer(struct timeline *timeline, const struct timeline_question *question,
		    struct text *out, struct timeline_verdict *verdict)
{
	struct history *history;

	if (timeline->answering == NULL || question->position < 0) {
		say(out, verdict, TIMELINE_UNKNOWN, "before_coverage");
		return 0;
	}
	history = history_of(timeline, &question->ip);
	if (history == NULL || !history_view(history, (uint64_t)question->position,
					     timeline->options.clock, timeline->options.skew_ns))
		return -1;
	return judge(timeline, history, question, out, verdict);
}
