/* The bindings that a flow finds possible (docs/answers.md section 6, "Recorded holders"). */
#include "common/timeline/judge.h"

#include "common/base/array.h"
#include "common/program/log.h"

/* The flow ended before the watch did that would have shown the end of TENURE. */
static bool is_watched(const struct timeline *timeline, const struct tenure *tenure,
		       const struct timeline_question *question)
{
	return when_not_after(question->end, judge_watched_to(timeline, &tenure->binding,
							      (uint64_t)question->position));
}

static bool is_certain_over(const struct timeline *timeline, const struct tenure *tenure,
			    const struct timeline_question *question)
{
	return asof_is_certain(tenure, question->start, question->end) &&
	       is_watched(timeline, tenure, question);
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

static bool is_witnessed(const struct timeline *timeline, const struct tenure *tenure,
			 const struct timeline_question *question)
{
	const struct binding *binding = &tenure->binding;

	return (binding_is_witnessed(binding, question->observer, question->start, question->end) ||
		(question->sent &&
		 binding_is_on(binding, question->interface, question->start, question->end) &&
		 asof_is_possible(tenure, question->start, question->end))) &&
	       is_watched(timeline, tenure, question);
}

static bool is_alone(const struct timeline *timeline, const struct tenure *tenure,
		     const struct timeline_question *question)
{
	return question->sent && tenure->binding.evidence.node != 0 &&
	       binding_is_alone(&tenure->binding, question->observer, question->start,
				question->end, timeline->options.skew_ns) &&
	       is_watched(timeline, tenure, question);
}

/* The last tenure that is alone, if all that are, or are witnessed, and all of POSSIBLE[COUNT] that are
 * certain, are of one holder; or NULL. */
static const struct tenure *find_alone(const struct timeline *timeline,
				       const struct address_view *view,
				       const struct timeline_question *question,
				       const struct possible *possible, size_t count)
{
	const struct tenure *found = NULL;

	for (size_t t = view->count; t > 0 && found == NULL; t--) {
		if (is_alone(timeline, &view->tenures[t - 1], question))
			found = &view->tenures[t - 1];
	}
	for (size_t t = view->count; t > 0 && found != NULL; t--) {
		const struct tenure *tenure = &view->tenures[t - 1];

		if (tenure->binding.who != found->binding.who &&
		    (is_alone(timeline, tenure, question) ||
		     is_witnessed(timeline, tenure, question)))
			found = NULL;
	}
	for (size_t p = 0; p < count && found != NULL; p++) {
		if (possible[p].certain && possible[p].tenure->binding.who != found->binding.who)
			found = NULL;
	}
	return found;
}

/* Leaves out of POSSIBLE[COUNT] the other pods of the node of ALONE, and adds that if its holder has none
 * there. Returns how many are left. */
static size_t leave_alone(struct possible *possible, size_t count, const struct tenure *alone)
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

		if (!is_witnessed(timeline, tenure, question))
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
	if (witnessed == NULL && view == &judgement->history->view)
		alone = find_alone(timeline, view, question, timeline->possible, count);
	if (alone != NULL) {
		judgement->alone_node = alone->binding.evidence.node;
		count = leave_alone(timeline->possible, count, alone);
	}
	judgement->possible = timeline->possible;
	judgement->possible_count = witnessed != NULL
					    ? leave_witnessed(timeline->possible, count, witnessed)
					    : possible_leave_out(timeline->possible, count);
	return 0;
}
