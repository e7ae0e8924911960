#include "common/timeline/judge.h"

#define SLICES (1u << KUBE_ENDPOINTSLICES)

/* The history of IP, from the cache or loaded into it. NULL after logging. */
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

bool judge_in_range(const struct timeline *timeline, struct history *history, const struct ip *ip,
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

/* A record of JUDGE_RESOURCES was read. */
static bool is_there(const struct timeline *timeline, uint64_t position)
{
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		const struct coverage *coverage = &timeline->answering->coverage[r];

		if ((JUDGE_RESOURCES & 1u << r) &&
		    (coverage->begin_offset <= position || coverage->object_offset <= position))
			return true;
	}
	return false;
}

struct unpublished_question judge_unpublished(const struct timeline *timeline,
					      const struct history *history,
					      const struct tenure *tenure,
					      const struct timeline_question *question)
{
	const struct address_view *view = &history->view;
	uint64_t position = (uint64_t)question->position;
	struct when known = progress_known_at(&timeline->answering->progress, position);

	return (struct unpublished_question){
		.start = question->start,
		.end = question->end,
		.skew_ns = timeline->options.skew_ns,
		.position = position,
		.holder = tenure != NULL ? span_hash(history->holders[tenure->binding.holder].uid)
					 : 0,
		/* A pod may have ended after this without a record that says so yet. */
		.excluded = asof_certain_within(view->tenures, view->count, question->end,
						when_add(known, -timeline->options.hold_ns)),
	};
}

static bool another_may_hold(const struct timeline *timeline, const struct judgement *judgement,
			     const struct timeline_question *question)
{
	struct unpublished_question unpublished =
		judge_unpublished(timeline, judgement->history, judgement->found.tenure, question);

	return unpublished_pods_may_hold(&timeline->answering->unpublished, &unpublished);
}

const char *judge_services_reason(const struct timeline *timeline,
				  const struct timeline_question *question)
{
	if (overlaps_gap(timeline, SLICES, question))
		return "gap";
	return before_coverage(timeline, SLICES, question) ? "before_coverage" : NULL;
}

/* Why an end is unknown if it has no possible holder, or one that is not certain. */
static const char *unknown_reason(const struct judgement *judgement, struct when end)
{
	const struct address_view *view = &judgement->history->view;

	if (judgement->gap)
		return "gap";
	if (judgement->early)
		return "before_coverage";
	if (judgement->found.holders == ASOF_ONE)
		return "hand_over";
	if (view->count == 0)
		return "never_seen";
	return when_before(end, view->tenures[0].at.possible_from) ? "before_first"
								   : "between_holders";
}

static void decide(struct timeline *timeline, const struct timeline_question *question,
		   struct judgement *judgement)
{
	const struct asof_verdict *found = &judgement->found;

	if (found->holders == ASOF_MANY) {
		judgement->status = TIMELINE_AMBIGUOUS;
		judgement->reason = found->together ? "two_holders" : "hand_over";
		return;
	}
	if (found->holders == ASOF_ONE &&
	    (found->certain || question->spoke ||
	     (question->sent && !another_may_hold(timeline, judgement, question))))
		return;
	if (found->holders == ASOF_NONE && judgement->history->view.count == 0 &&
	    judgement->there &&
	    !judge_in_range(timeline, judgement->history, &question->ip,
			    (uint64_t)question->position)) {
		judgement->outside = true;
		return;
	}
	judgement->status = TIMELINE_UNKNOWN;
	judgement->reason = unknown_reason(judgement, question->end);
}

int judge_end(struct timeline *timeline, const struct timeline_question *question,
	      struct judgement *judgement)
{
	uint64_t position = (uint64_t)question->position;
	const struct address_view *view;

	*judgement = (struct judgement){.status = TIMELINE_KNOWN};
	if (timeline->answering == NULL || question->position < 0) {
		judgement->status = TIMELINE_UNKNOWN;
		judgement->reason = "before_coverage";
		return 0;
	}
	judgement->history = history_of(timeline, &question->ip);
	if (judgement->history == NULL)
		return -1;
	view = history_view(judgement->history, position, timeline->options.clock,
			    timeline->options.skew_ns);
	if (view == NULL)
		return -1;
	judgement->gap = overlaps_gap(timeline, JUDGE_RESOURCES, question);
	judgement->there = is_there(timeline, position);
	judgement->early =
		!judgement->there || before_coverage(timeline, JUDGE_RESOURCES, question);
	judgement->found = asof_judge(view->tenures, view->count, question->start, question->end,
				      judgement->gap || judgement->early);
	decide(timeline, question, judgement);
	return 0;
}
