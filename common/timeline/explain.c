#include "common/timeline/explain.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/program/log.h"
#include "common/timeline/judge.h"
#include "common/timeline/outside.h"

static void *one_more(void *list, size_t count, size_t size)
{
	void *more = realloc(list, (count + 1) * size);

	if (more == NULL)
		log_error("timeline: out of memory for an explanation");
	return more;
}

static int find_gaps(const struct timeline *timeline, const struct timeline_question *question,
		     struct explain *explain)
{
	const struct gaps *gaps = &timeline->answering->gaps;

	for (size_t g = 0; g < gaps->count; g++) {
		struct gap *more;

		if (gaps->list[g].offset > (uint64_t)question->position ||
		    !gaps_one_overlaps(&gaps->list[g], JUDGE_RESOURCES, timeline->options.hold_ns,
				       when_earlier(when_add(explain->settled, 1), question->start),
				       question->end))
			continue;
		more = one_more(explain->gaps, explain->gap_count, sizeof(*more));
		if (more == NULL)
			return -1;
		explain->gaps = more;
		more[explain->gap_count++] = gaps->list[g];
	}
	return 0;
}

/* Names the unpublished pods with this uid. */
static void name_pods(struct explain *explain, struct span uid, struct span names)
{
	uint64_t hash = span_hash(uid);
	struct holder_names holder;

	for (size_t p = 0; p < explain->unpublished_count; p++) {
		struct explain_pod *pod = &explain->unpublished[p];

		if (pod->uid_hash == hash && row_holder(names, &holder))
			snprintf(pod->full_name, sizeof(pod->full_name), "%.*s/%.*s",
				 (int)holder.namespace.length, holder.namespace.data,
				 (int)holder.name.length, holder.name.data);
	}
}

/* A statement about an unpublished pod has only the hash of its uid, so all names are scanned. */
static int find_pod_names(struct timeline *timeline, struct explain *explain)
{
	struct span key, value;
	struct store_scan *scan;
	int rc;

	row_key_table(&timeline->key, ROW_HOLDERS, timeline->answering->id);
	scan = store_scan_begin(timeline->store, &timeline->key, &timeline->key);
	while ((rc = store_scan_next(scan, &key, &value)) == 1) {
		struct span uid;

		if (row_version_name(key, &uid))
			name_pods(explain, uid, value);
	}
	store_scan_end(scan);
	return rc;
}

static int find_unpublished(struct timeline *timeline, const struct judgement *judgement,
			    const struct timeline_question *question, struct explain *explain)
{
	const struct unpublished_question asked = judge_unpublished(timeline, judgement, question);
	struct unpublished_log *log = &timeline->answering->unpublished;
	const struct unpublished_pod *row;
	uint64_t next = 0;
	int found;

	while ((found = unpublished_log_next(log, timeline->store, &asked, &next, &row)) == 1) {
		struct explain_pod *more =
			one_more(explain->unpublished, explain->unpublished_count, sizeof(*more));

		if (more == NULL)
			return -1;
		explain->unpublished = more;
		more[explain->unpublished_count++] =
			(struct explain_pod){row->holder, row->from, row->until, "?"};
	}
	if (found < 0)
		return -1;
	return explain->unpublished_count > 0 ? find_pod_names(timeline, explain) : 0;
}

static int fill(struct timeline *timeline, const struct timeline_question *question,
		struct explain *explain)
{
	uint64_t position = (uint64_t)question->position;
	struct judgement judgement;

	if (timeline_history(timeline, &question->ip, question->position, &explain->history) < 0 ||
	    judge_end(timeline, question, &judgement) < 0)
		return -1;
	if (judgement.history == NULL)
		return 0;
	if (judgement.found.certain)
		judgement.settled = question->start;
	if (progress_log_known_at(&timeline->answering->progress, timeline->store, position,
				  &judgement.known) < 0)
		return -1;
	explain->settled = judgement.settled;
	explain->unrecorded_count = unrecorded_list(&judgement.unrecorded, explain->unrecorded);
	explain->in_range = outside_in_range(timeline, judgement.history, question);
	for (int r = 0; r < KUBE_RESOURCES; r++)
		explain->coverage[r] = coverage_start(&timeline->answering->coverage[r], position);
	if (find_gaps(timeline, question, explain) < 0)
		return -1;
	return find_unpublished(timeline, &judgement, question, explain);
}

int explain_answer(struct timeline *timeline, const struct timeline_question *question,
		   struct explain *explain)
{
	*explain = (struct explain){
		.start = question->start,
		.end = question->end,
		.options = timeline->options,
	};
	for (int r = 0; r < KUBE_RESOURCES; r++)
		explain->coverage[r] = WHEN_MAX;
	/* The answer comes last: what it borrows is valid until the next question. */
	if (fill(timeline, question, explain) == 0 &&
	    timeline_answer(timeline, question, &explain->answer) == 0)
		return 0;
	explain_clear(explain);
	return -1;
}

void explain_clear(struct explain *explain)
{
	timeline_history_clear(&explain->history);
	free(explain->gaps);
	free(explain->unpublished);
	explain->gaps = NULL;
	explain->unpublished = NULL;
}

bool explain_is_possible(const struct explain *explain, size_t binding)
{
	return asof_is_possible(explain->history.bindings[binding].tenure, explain->start,
				explain->end);
}

bool explain_is_certain(const struct explain *explain, size_t binding)
{
	return asof_is_certain(explain->history.bindings[binding].tenure, explain->start,
			       explain->end);
}

bool explain_is_before(const struct explain *explain, size_t one, size_t other)
{
	const struct timeline_binding *bindings = explain->history.bindings;
	const struct assumptions assumptions = {explain->options.clock, explain->options.hold_ns,
						explain->options.skew_ns, WHEN_MIN};

	return asof_is_before(&bindings[one].tenure->binding, &bindings[other].tenure->binding,
			      &assumptions);
}
