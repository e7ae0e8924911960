#include "common/timeline/sole.h"

#include <stdlib.h>
#include <string.h>

#include "common/timeline/history/history_around.h"

static const struct sole_tenure *find(struct timeline *timeline,
				      const struct timeline_question *question)
{
	if (judge_is_forgotten(timeline, question))
		return NULL;
	return sole_tenures_find(timeline->sole_tenures, &timeline->answering->ranges,
				 &question->ip, (uint64_t)question->position, question->start,
				 question->end);
}

bool sole_find(struct timeline *timeline, const struct timeline_question *question,
	       struct known_holder *known)
{
	const struct sole_tenure *sole = find(timeline, question);
	const char *json = timeline->sole_json;

	if (sole == NULL)
		return false;
	packed_names_json(sole->names, timeline->sole_json);
	timeline->stats.cache_hits++;
	timeline->sole_holder = packed_names_holder(sole->names, json);
	*known = (struct known_holder){
		.certain = true,
		.holder = &timeline->sole_holder,
		.head_json = {json, sole->names->head_length},
		.tail_json = {json + sole->names->head_length, sole->names->tail_length},
		.memberships = {sole->members, sole->member_count, NULL, 0},
	};
	return true;
}

/* Narrows SOLE to the flows that find only TENURE possible, and it certain until WATCHED_TO. False if
 * the flow of QUESTION finds another one too. */
static bool narrow(struct sole_range *sole, const struct address_view *view,
		   const struct tenure *tenure, const struct timeline_question *question,
		   struct when watched_to)
{
	sole->since = when_later(tenure->at.certain_from, tenure->at.possible_from);
	sole->until = when_earlier(tenure->at.certain_to, tenure->at.possible_to);
	sole->until = when_earlier(sole->until, watched_to);
	/* Its interface may say more, but once it ended before the horizon it holds nothing after that. */
	if (tenure->binding.evidence.how == BINDING_LOST)
		sole->until = when_earlier(sole->until, tenure->binding.evidence.ended_received);
	sole->since = when_later(sole->since, view->since);
	sole->until = when_earlier(sole->until, view->until);
	for (size_t t = 0; t < view->count; t++) {
		const struct instants *at = &view->tenures[t].at;

		if (&view->tenures[t] == tenure)
			continue;
		if (when_before(at->possible_to, question->start))
			sole->since = when_later(sole->since, when_add(at->possible_to, 1));
		else if (when_before(question->end, at->possible_from))
			sole->until = when_earlier(sole->until, when_add(at->possible_from, -1));
		else
			return false;
	}
	return when_not_after(sole->since, question->start) &&
	       when_not_after(question->end, sole->until);
}

static bool has_gateway(const struct history *history)
{
	for (size_t v = 0; v < history->version_count; v++) {
		if (history->versions[v].evidence.gateway)
			return true;
	}
	return false;
}

static uint64_t later_offset(uint64_t one, uint64_t other)
{
	return one > other ? one : other;
}

static uint64_t earlier_offset(uint64_t one, uint64_t other)
{
	return one < other ? one : other;
}

void sole_keep(struct timeline *timeline, const struct timeline_question *question,
	       const struct judgement *judgement, const struct cached_names *names)
{
	const struct history *history = judgement->history;
	const struct address_view *view = judgement->view;
	const struct tenure *tenure = judgement->found.tenure;
	const struct memberships members = {
		history->memberships, history->membership_count, names->members,
		tenure->binding.kind == HOLDER_SERVICE ? 0 : names->member_count};
	struct sole_range range = {
		.ip = question->ip,
		.from_offset = later_offset(view->from_offset, names->from_offset),
		.until_offset = earlier_offset(view->until_offset, names->until_offset),
		.by_gateways = has_gateway(history),
		.gateways = view->gateways,
	};
	struct packed_names *packed;
	struct sole_tenure *sole;

	/* A shared address has a holder for each port. */
	if (!judgement->found.certain || tenure->binding.evidence.shared ||
	    !narrow(&range, view, tenure, question,
		    judge_watched_to(timeline, &tenure->binding, OFFSET_NEVER)))
		return;
	packed = packed_names_new(
		names->holder, (struct span){names->json, names->head_length},
		(struct span){names->json + names->head_length, names->tail_length});
	sole = packed != NULL ? sole_tenure_new(&range, packed, &members) : NULL;
	free(packed);
	if (sole == NULL)
		return;
	memcpy(sole->generation, names->generation, sizeof(sole->generation));
	memcpy(sole->found, names->found, sizeof(sole->found));
	sole_tenures_add(timeline->sole_tenures, &range, sole);
	/* A long history costs more to load than to keep. */
	if (history->binding_count < HISTORY_AROUND_MIN)
		address_cache_leave(timeline->cache, &question->ip);
}
