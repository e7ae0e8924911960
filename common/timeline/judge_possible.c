/* The bindings that a flow finds possible (docs/answers.md section 6, "Recorded holders"). */
#include "common/timeline/judge.h"

#include "common/base/array.h"
#include "common/program/log.h"

bool judge_is_watched(const struct timeline *timeline, const struct tenure *tenure,
		      const struct timeline_question *question)
{
	return when_not_after(question->end, judge_watched_to(timeline, &tenure->binding,
							      (uint64_t)question->position));
}

static bool is_certain_over(const struct timeline *timeline, const struct tenure *tenure,
			    const struct timeline_question *question)
{
	return asof_is_certain(tenure, question->start, question->end) &&
	       judge_is_watched(timeline, tenure, question);
}

/* Makes room for one more than COUNT in timeline->possible. -1 after logging. */
static int one_more(struct timeline *timeline, size_t count)
{
	if (array_grow(&timeline->possible, &timeline->possible_capacity, count + 1,
		       sizeof(*timeline->possible)) == 0)
		return 0;
	log_error("timeline: out of memory for the holders of an address");
	return -1;
}

bool judge_is_witnessed(const struct timeline *timeline, const struct tenure *tenure,
			const struct timeline_question *question)
{
	const struct binding *binding = &tenure->binding;

	return !evidence_is_past(&binding->evidence, timeline->answering->horizon) &&
	       (binding_is_witnessed(binding, question->observer, question->start, question->end) ||
		(question->sent &&
		 binding_is_on(binding, question->interface, question->start, question->end) &&
		 asof_is_possible(tenure, question->start, question->end))) &&
	       judge_is_watched(timeline, tenure, question);
}

/* The last tenure that is witnessed by the flow's own host, if all of those are of one holder and
 * no other of POSSIBLE[COUNT] is certain; or NULL. */
static const struct tenure *find_witnessed(const struct timeline *timeline,
					   const struct address_view *view,
					   const struct timeline_question *question,
					   const struct possible *possible, size_t count)
{
	bool asked = question->observer != 0 || question->interface != 0;
	const struct tenure *found = NULL;

	for (size_t t = asked ? view->count : 0; t > 0; t--) {
		const struct tenure *tenure = &view->tenures[t - 1];

		if (!judge_is_witnessed(timeline, tenure, question))
			continue;
		if (found != NULL && found->binding.who != tenure->binding.who)
			return NULL;
		if (found == NULL)
			found = tenure;
	}
	for (size_t p = 0; p < count && found != NULL; p++) {
		if (possible[p].certain && possible[p].tenure->binding.who != found->binding.who)
			found = NULL;
	}
	return found;
}

/* Leaves of POSSIBLE[COUNT] those of the holder of WITNESSED, or that one. Returns how many. */
static size_t leave_witnessed(struct possible *possible, size_t count,
			      const struct tenure *witnessed)
{
	size_t left = 0;

	for (size_t p = 0; p < count; p++) {
		if (possible[p].tenure->binding.who != witnessed->binding.who)
			continue;
		possible[left] = possible[p];
		possible[left++].certain = true;
	}
	if (left == 0)
		possible[left++] = (struct possible){.tenure = witnessed, .certain = true};
	return left;
}

int judge_list_possible(struct timeline *timeline, const struct timeline_question *question,
			struct judgement *judgement)
{
	const struct address_view *view = judgement->view;
	const struct services_question asked = judge_services_question(question, HOLDER_SERVICE);
	const struct tenure *tenure;
	const struct tenure *witnessed, *alone = NULL;
	size_t at = view->count, count = 0;

	while ((tenure = asof_previous(view->tenures, &at, question->start, question->end)) !=
	       NULL) {
		struct span uid = judgement->history->holders[tenure->binding.holder].uid;

		if (one_more(timeline, count) < 0)
			return -1;
		timeline->possible[count++] = (struct possible){
			.tenure = tenure,
			.certain = is_certain_over(timeline, tenure, question),
			.other_port = tenure->binding.evidence.shared && question->port >= 0 &&
				      (question->began ||
				       !services_shared_port(judgement->history->memberships,
							     judgement->history->membership_count,
							     uid, &asked)),
		};
	}
	if (one_more(timeline, count) < 0)
		return -1;
	witnessed = find_witnessed(timeline, view, question, timeline->possible, count);
	judgement->alone_node = 0;
	/* All of the address's tenures count for that. */
	if (witnessed == NULL && view == &judgement->history->view &&
	    judge_find_alone(timeline, view, question, timeline->possible, count, &alone) < 0)
		return -1;
	if (alone != NULL) {
		judgement->alone_node = alone->binding.evidence.node;
		count = judge_leave_alone(timeline->possible, count, alone);
	}
	judgement->possible = timeline->possible;
	judgement->possible_count = witnessed != NULL
					    ? leave_witnessed(timeline->possible, count, witnessed)
					    : possible_leave_out(timeline->possible, count);
	return 0;
}
