/* One end's answer: the verdict, the holder's names and its services. */
#include "common/timeline/timeline.h"

#include "common/timeline/candidates.h"
#include "common/timeline/judge.h"
#include "common/timeline/names.h"
#include "common/timeline/sole.h"

static void find_services(const struct timeline *timeline, const struct history *history,
			  const struct cached_names *names, enum holder_kind kind,
			  const struct timeline_question *question, struct timeline_answer *answer)
{
	struct memberships memberships = {history->memberships, history->membership_count,
					  names->members, names->member_count};
	struct services_question asked = judge_services_question(question, kind);

	services_find(&memberships, &timeline->answering->node_ports, &asked, &answer->services);
	answer->services_reason = judge_services_reason(timeline, question);
}

/* An end outside may be an endpoint of a service (docs/answers.md section 7). */
static void find_outside_services(const struct history *history,
				  const struct timeline_question *question,
				  struct timeline_answer *answer)
{
	struct services_question asked = judge_services_question(question, HOLDER_NODE);

	services_find_all(history->memberships, history->membership_count, &asked,
			  &answer->services);
}

static int add_holder(struct timeline *timeline, const struct judgement *judgement,
		      const struct timeline_question *question, struct timeline_answer *answer)
{
	const struct tenure *tenure = judgement->found.tenure;
	enum holder_kind kind = tenure->binding.kind;
	const struct cached_names *names = names_find(timeline, judgement->history, judgement->view,
						      tenure, (uint64_t)question->position);

	if (names == NULL)
		return -1;
	sole_keep(timeline, question, judgement, names);
	answer->kind = holder_kind_name(kind);
	answer->certain = judgement->found.certain;
	answer->holder = names->holder;
	answer->head_json = (struct span){names->json, names->head_length};
	answer->tail_json = (struct span){names->json + names->head_length, names->tail_length};
	answer->services_in_head = kind == HOLDER_SERVICE;
	if (kind != HOLDER_SERVICE) {
		find_services(timeline, judgement->history, names, kind, question, answer);
		return 0;
	}
	answer->services.list[0] = (struct service_use){names->holder->full_name, true};
	answer->services.count = 1;
	return 0;
}

int timeline_answer(struct timeline *timeline, const struct timeline_question *question,
		    struct timeline_answer *answer)
{
	struct judgement judgement;

	if (sole_answer(timeline, question, answer))
		return 0;
	if (judge_end(timeline, question, &judgement) < 0)
		return -1;
	answer->status = judgement.status;
	answer->reason = judgement.reason;
	answer->kind = judgement.outside ? "outside" : NULL;
	answer->certain = judgement.outside;
	answer->holder = NULL;
	answer->services.count = 0;
	answer->services.cut = false;
	answer->services_reason = NULL;
	answer->candidate_count = 0;
	if (judgement.status != TIMELINE_KNOWN)
		return candidates_find(timeline, &judgement, question, answer);
	if (judgement.outside) {
		find_outside_services(judgement.history, question, answer);
		return 0;
	}
	return add_holder(timeline, &judgement, question, answer);
}

void timeline_answer_json(const struct timeline_answer *answer, struct text *out)
{
	if (answer->holder != NULL) {
		text_add(out, answer->head_json.data, answer->head_json.length);
		if (!answer->services_in_head)
			services_add_json(&answer->services, out);
		if (answer->services_reason != NULL) {
			text_add_string(out, ",\"services_reason\":\"");
			text_add_string(out, answer->services_reason);
			text_add(out, "\"", 1);
		}
		text_add(out, answer->tail_json.data, answer->tail_json.length);
	} else if (answer->status == TIMELINE_KNOWN) {
		text_add_string(out, "{\"status\":\"known\",\"kind\":\"outside\"");
		services_add_json(&answer->services, out);
		text_add(out, "}", 1);
	} else {
		text_add_string(out, answer->status == TIMELINE_AMBIGUOUS
					     ? "{\"status\":\"ambiguous\",\"reason\":\""
					     : "{\"status\":\"unknown\",\"reason\":\"");
		text_add_string(out, answer->reason);
		text_add(out, "\"", 1);
		candidates_add_json(answer, out);
		text_add(out, "}", 1);
	}
}
