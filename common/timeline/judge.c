#include "common/timeline/judge.h"

#include <string.h>

#include "common/timeline/history/history_around.h"
#include "common/timeline/outside.h"

#define SLICES (1u << KUBE_ENDPOINTSLICES)

struct history *judge_history(struct timeline *timeline, const struct ip *ip)
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

struct assumptions judge_assumptions(const struct timeline *timeline)
{
	return (struct assumptions){timeline->options.clock, timeline->options.hold_ns,
				    timeline->options.skew_ns, timeline->answering->horizon};
}

/* GAPs and coverage are on tenure-kube's clock, flows on a capture's. */
static bool overlaps_gap(const struct timeline *timeline, unsigned resources, struct when start,
			 const struct timeline_question *question)
{
	int64_t skew_ns = timeline->options.skew_ns;

	return gaps_overlap(&timeline->answering->gaps, resources, timeline->options.hold_ns,
			    when_add(start, -skew_ns), when_add(question->end, skew_ns),
			    (uint64_t)question->position);
}

static bool before_coverage(const struct timeline *timeline, unsigned resources, struct when moment,
			    uint64_t position)
{
	moment = when_add(moment, -timeline->options.skew_ns);
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		if ((resources & 1u << r) &&
		    when_before(moment,
				coverage_start(&timeline->answering->coverage[r], position)))
			return true;
	}
	return false;
}

/* A record of JUDGE_RESOURCES was read. */
static bool is_there(const struct timeline *timeline, uint64_t position)
{
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		if ((JUDGE_RESOURCES & 1u << r) &&
		    timeline->answering->coverage[r].first_offset <= position)
			return true;
	}
	return false;
}

const char *judge_services_reason(const struct timeline *timeline,
				  const struct timeline_question *question)
{
	if (overlaps_gap(timeline, SLICES, question->start, question))
		return "gap";
	return before_coverage(timeline, SLICES, question->start, (uint64_t)question->position)
		       ? "before_coverage"
		       : NULL;
}

struct services_question judge_services_question(const struct timeline_question *question,
						 enum holder_kind kind)
{
	return (struct services_question){
		.kind = kind,
		.serves = question->serves,
		.began = question->began,
		.port = question->port,
		.transport = question->transport,
		.start = question->start,
		.end = question->end,
		.position = (uint64_t)question->position,
	};
}

/* The one holder, by the uid of each of its possible bindings: a mirror has its own. */
static void ignore_holder(const struct judgement *judgement, struct unpublished_question *asked)
{
	for (size_t p = 0; p < judgement->possible_count; p++) {
		size_t holder = judgement->possible[p].tenure->binding.holder;

		if (asked->holder_count < UNPUBLISHED_HOLDERS_MAX)
			asked->holders[asked->holder_count++] =
				span_hash(judgement->history->holders[holder].uid);
	}
}

struct unpublished_question judge_unpublished(const struct timeline *timeline,
					      const struct judgement *judgement,
					      const struct timeline_question *question)
{
	const struct timeline_options *options = &timeline->options;
	const struct address_view *view = judgement->view;
	uint64_t position = (uint64_t)question->position;

	struct unpublished_question asked = {
		.start = question->start,
		.end = question->end,
		.settled = judgement->settled,
		.next = asof_next(view->tenures, view->count, question->end),
		.known = judgement->known,
		.hold_ns = options->hold_ns,
		.skew_ns = options->skew_ns,
		.position = position,
		.nodes = judgement->nodes,
		.node_count = judgement->node_count,
		.alone_node = judgement->alone_node,
	};
	if (judgement->found.holders == POSSIBLE_ONE)
		ignore_holder(judgement, &asked);
	return asked;
}

/* Finds somebody who is in no record of the address (section 6, "The unrecorded holder"). -1 after
 * logging. */
static int find_unrecorded(const struct timeline *timeline, const struct judgement *judgement,
			   const struct timeline_question *question, struct unrecorded *found)
{
	struct cluster *cluster = timeline->answering;
	struct when settled = judgement->settled;
	uint64_t position = (uint64_t)question->position;
	struct unpublished_question unpublished = judge_unpublished(timeline, judgement, question);
	struct when since = when_earlier(when_add(settled, 1), question->start);
	bool in_range = outside_in_range(timeline, judgement->history, question);
	int may_hold =
		unpublished_log_may_hold(&cluster->unpublished, timeline->store, &unpublished);
	bool covered = false;

	if (may_hold < 0)
		return -1;
	for (size_t p = 0; p < judgement->possible_count; p++) {
		const struct instants *at = &judgement->possible[p].tenure->at;

		covered = covered || (when_not_after(at->certain_from, question->start) &&
				      when_not_after(question->end, at->possible_to));
	}
	*found = (struct unrecorded){
		.gap = judgement->gap || overlaps_gap(timeline, JUDGE_RESOURCES, since, question),
		.before_coverage = judgement->early ||
				   before_coverage(timeline, JUDGE_RESOURCES, settled, position),
		.lost = judgement->found.lost_node || (judgement->found.lost && !in_range),
		.unpublished_pod = may_hold == 1,
		.other_machine = !covered && !in_range,
	};
	return 0;
}

size_t unrecorded_list(const struct unrecorded *unrecorded,
		       const char *list[static TIMELINE_UNRECORDED_MAX])
{
	const struct {
		bool holds;
		const char *why;
	} all[TIMELINE_UNRECORDED_MAX] = {
		{unrecorded->gap, "gap"},
		{unrecorded->before_coverage, "before_coverage"},
		{unrecorded->lost, "lost"},
		{unrecorded->unpublished_pod, "unpublished_pod"},
		{unrecorded->other_machine, "other_machine"},
	};
	size_t count = 0;

	for (size_t w = 0; w < TIMELINE_UNRECORDED_MAX; w++) {
		if (all[w].holds)
			list[count++] = all[w].why;
	}
	return count;
}

/* Why an end with one possible holder is unknown. */
static const char *one_reason(const struct judgement *judgement, bool sent)
{
	const struct unrecorded *why = &judgement->unrecorded;

	if (judgement->gap || (sent && why->gap))
		return "gap";
	if (judgement->early || (sent && why->before_coverage))
		return "before_coverage";
	if (why->lost)
		return "lost";
	return sent && why->unpublished_pod ? "unpublished_pod" : "hand_over";
}

/* Decides why an end without a possible holder is unknown, or that it is outside. -1 after logging. */
static int decide_none(const struct timeline *timeline, const struct timeline_question *question,
		       struct judgement *judgement)
{
	const struct address_view *view = judgement->view;
	int outside;

	judgement->status = TIMELINE_UNKNOWN;
	if (judgement->gap) {
		judgement->reason = "gap";
		return 0;
	}
	if (judgement->early) {
		judgement->reason = "before_coverage";
		return 0;
	}
	if (view->count > 0 && when_not_after(view->tenures[0].at.possible_from, question->end)) {
		judgement->reason = "between_holders";
		return 0;
	}
	outside = outside_judge(timeline, judgement->history, question,
				judgement->unrecorded.unpublished_pod, &judgement->reason);
	if (outside < 0)
		return -1;
	judgement->outside = outside == 1;
	if (judgement->outside)
		judgement->status = TIMELINE_KNOWN;
	else if (view->count > 0 && strcmp(judgement->reason, "unpublished_pod") != 0)
		judgement->reason = "before_first";
	return 0;
}

/* No binding of a single holder is certain. */
static int decide(struct timeline *timeline, const struct timeline_question *question,
		  struct judgement *judgement)
{
	const struct possible_verdict *found = &judgement->found;
	const struct address_view *view = judgement->view;
	uint64_t position = (uint64_t)question->position;
	const char *whys[TIMELINE_UNRECORDED_MAX];

	judgement->settled = asof_settled(view->tenures, view->count, question->start,
					  timeline->options.skew_ns);
	judgement->gap = overlaps_gap(timeline, JUDGE_RESOURCES, question->start, question);
	judgement->early = !is_there(timeline, position) ||
			   before_coverage(timeline, JUDGE_RESOURCES, question->start, position);
	if (ranges_podcidrs_in_use(&timeline->answering->ranges, position))
		judgement->node_count = ranges_nodes_of(&timeline->answering->ranges, &question->ip,
							position, judgement->nodes);
	if (find_unrecorded(timeline, judgement, question, &judgement->unrecorded) < 0)
		return -1;
	switch (found->holders) {
	case POSSIBLE_MANY:
		judgement->status = TIMELINE_AMBIGUOUS;
		judgement->reason = found->together ? "two_holders" : "hand_over";
		break;
	case POSSIBLE_ONE:
		if (question->sent && unrecorded_list(&judgement->unrecorded, whys) == 0)
			break;
		judgement->status = TIMELINE_UNKNOWN;
		judgement->reason = one_reason(judgement, question->sent);
		break;
	case POSSIBLE_NONE:
		return decide_none(timeline, question, judgement);
	}
	return 0;
}

static int judge_view(struct timeline *timeline, const struct timeline_question *question,
		      struct judgement *judgement)
{
	if (judgement->view == NULL || judge_list_possible(timeline, question, judgement) < 0)
		return -1;
	judgement->found =
		possible_judge(judgement->possible, judgement->possible_count, question->start,
			       question->end, timeline->options.skew_ns);
	judgement->status = TIMELINE_KNOWN;
	return 0;
}

/* The services of a shared address differ by port. Without one, another service may have been there unseen. */
static bool may_be_shared(const struct timeline *timeline, const struct timeline_question *question,
			  const struct binding *binding)
{
	return question->port < 0 && binding->kind == HOLDER_SERVICE && binding->evidence.shared &&
	       (overlaps_gap(timeline, JUDGE_RESOURCES, question->start, question) ||
		before_coverage(timeline, JUDGE_RESOURCES, question->start,
				(uint64_t)question->position));
}

static bool is_certain(const struct timeline *timeline, const struct timeline_question *question,
		       const struct judgement *judgement)
{
	const struct possible_verdict *found = &judgement->found;

	return found->holders == POSSIBLE_ONE && found->certain &&
	       !may_be_shared(timeline, question, &found->tenure->binding);
}

static int judge_address(struct timeline *timeline, const struct timeline_question *question,
			 struct judgement *judgement)
{
	uint64_t position = (uint64_t)question->position;
	const struct assumptions assumptions = judge_assumptions(timeline);
	bool gateways = ranges_podcidrs_in_use(&timeline->answering->ranges, position);

	judgement->history = judge_history(timeline, &question->ip);
	if (judgement->history == NULL)
		return -1;
	if (judgement->history->binding_count >= HISTORY_AROUND_MIN) {
		judgement->view = history_around(judgement->history, position, gateways,
						 &assumptions, question->start, question->end);
		if (judge_view(timeline, question, judgement) < 0)
			return -1;
		if (is_certain(timeline, question, judgement))
			return 0;
	}
	judgement->view = history_view(judgement->history, position, gateways, &assumptions);
	if (judge_view(timeline, question, judgement) < 0)
		return -1;
	if (is_certain(timeline, question, judgement))
		return 0;
	if (progress_log_known_at(&timeline->answering->progress, timeline->store, position,
				  &judgement->known) < 0)
		return -1;
	return decide(timeline, question, judgement);
}

bool judge_is_forgotten(const struct timeline *timeline, const struct timeline_question *question)
{
	return timeline_position_is_forgotten(timeline, question->position) ||
	       when_before(when_add(question->start, -timeline->options.skew_ns),
			   timeline->answering->horizon);
}

bool timeline_is_covered(const struct timeline *timeline, enum kube_resource resource,
			 const struct timeline_question *question)
{
	return !judge_is_forgotten(timeline, question) &&
	       !overlaps_gap(timeline, 1u << resource, question->start, question) &&
	       !before_coverage(timeline, 1u << resource, question->start,
				(uint64_t)question->position);
}

int judge_end(struct timeline *timeline, const struct timeline_question *question,
	      struct judgement *judgement)
{
	*judgement = (struct judgement){.status = TIMELINE_UNKNOWN};
	judgement->local = ip_is_local_scope(&question->ip);
	if (judgement->local) {
		judgement->reason = "local_scope";
		return 0;
	}
	if (judge_is_forgotten(timeline, question)) {
		judgement->early = true;
		judgement->reason = "before_coverage";
		return 0;
	}
	return judge_address(timeline, question, judgement);
}
