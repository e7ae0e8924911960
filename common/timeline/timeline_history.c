/* The whole history of one address. */
#include "common/timeline/timeline.h"

#include <stdlib.h>

#include "common/program/log.h"
#include "common/timeline/history/history_view.h"
#include "common/timeline/judge.h"
#include "common/timeline/names.h"
#include "common/timeline/outside.h"
#include "common/timeline/timeline_internal.h"

/* The services that listed the holder at this address, each with its interval. */
static int add_memberships(const struct history *history, const struct holder *holder,
			   uint64_t position, struct timeline_binding *binding)
{
	if (holder->kind == HOLDER_SERVICE)
		return 0;
	for (size_t m = 0; m < history->membership_count; m++) {
		const struct membership *row = &history->memberships[m];
		struct timeline_membership *more;

		if (row->opened_offset > position ||
		    (row->uid.length > 0 && !span_equal(row->uid, holder->uid)))
			continue;
		more = realloc(binding->memberships,
			       (binding->membership_count + 1) * sizeof(*more));
		if (more == NULL)
			return -1;
		binding->memberships = more;
		more[binding->membership_count++] = (struct timeline_membership){
			row->service, row->opening,
			membership_closing(history->memberships, history->membership_count, m,
					   position)};
	}
	return 0;
}

static int add_binding(struct timeline *timeline, struct timeline_history *history,
		       const struct tenure *tenure, uint64_t position)
{
	struct history *source = history->source;
	struct timeline_binding *binding = &history->bindings[history->count];
	const struct cached_names *names =
		names_find(timeline, source, &source->view, tenure, position);

	if (names == NULL)
		return -1;
	*binding = (struct timeline_binding){.holder = names->holder, .tenure = tenure};
	history->count++;
	if (add_memberships(source, &source->holders[tenure->binding.holder], position, binding) ==
	    0)
		return 0;
	log_error("timeline: out of memory for the history of an address");
	return -1;
}

static int fill(struct timeline *timeline, uint64_t position, struct timeline_history *history)
{
	const struct assumptions assumptions = judge_assumptions(timeline);
	bool gateways = ranges_podcidrs_in_use(&timeline->answering->ranges, position);
	const struct address_view *view =
		history_view(history->source, position, gateways, &assumptions);

	if (view == NULL)
		return -1;
	history->bindings = calloc(view->count + 1, sizeof(*history->bindings));
	if (history->bindings == NULL) {
		log_error("timeline: out of memory for the history of an address");
		return -1;
	}
	for (size_t t = 0; t < view->count; t++) {
		struct tenure *tenure = &view->tenures[t];

		if (evidence_is_past(&tenure->binding.evidence, assumptions.horizon))
			continue;
		/* The view is of this history alone. */
		tenure->at.certain_to =
			when_earlier(tenure->at.certain_to,
				     judge_watched_to(timeline, &tenure->binding, position));
		if (judge_confirmed(timeline, &tenure->binding, position,
				    &tenure->binding.seen.confirmed) < 0 ||
		    add_binding(timeline, history, tenure, position) < 0)
			return -1;
	}
	return 0;
}

int timeline_history(struct timeline *timeline, const struct ip *ip, int64_t position,
		     struct timeline_history *history)
{
	*history = (struct timeline_history){.count = 0};
	if (timeline_position_is_forgotten(timeline, position))
		return 0;
	history->source = history_load(timeline->store, timeline->answering->id, ip);
	if (history->source != NULL && fill(timeline, (uint64_t)position, history) == 0)
		return 0;
	timeline_history_clear(history);
	return -1;
}

void timeline_history_clear(struct timeline_history *history)
{
	for (size_t b = 0; b < history->count; b++)
		free(history->bindings[b].memberships);
	free(history->bindings);
	history_free(history->source);
	*history = (struct timeline_history){.count = 0};
}
