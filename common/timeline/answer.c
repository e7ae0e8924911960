/* One end's answer: the verdict, the holder's names and its services. */
#include "common/timeline/timeline.h"

#include "common/timeline/judge.h"
#include "common/timeline/names.h"

static void find_services(const struct timeline *timeline, const struct judgement *judgement,
			  const struct cached_names *names,
			  const struct timeline_question *question, struct timeline_answer *answer)
{
	const struct history *history = judgement->history;
	struct memberships memberships = {history->memberships, history->membership_count,
					  names->members, names->member_count};
	struct services_question asked = {
		.kind = names->holder->kind,
		.port = question->port,
		.transport = question->transport,
		.start = question->start,
		.end = question->end,
		.position = (uint64_t)question->position,
	};

	if (names->holder->kind == HOLDER_SERVICE) {
		answer->services.list[0] = (struct service_use){names->holder->full_name, true};
		answer->services.count = 1;
		return;
	}
	services_find(&memberships, &timeline->answering->node_ports, &asked, &answer->services);
	answer->services_reason = judge_services_reason(timeline, question);
}

int timeline_answer(struct timeline *timeline, const struct timeline_question *question,
		    struct timeline_answer *answer)
{
	struct judgement judgement;
	const struct cached_names *names;

	if (judge_end(timeline, question, &judgement) < 0)
		return -1;
	answer->status = judgement.status;
	answer->reason = judgement.reason;
	answer->kind = judgement.outside ? "outside" : NULL;
	answer->certain = judgement.outside ||
			  (judgement.status == TIMELINE_KNOWN && judgement.found.certain);
	answer->holder = NULL;
	answer->services.count = 0;
	answer->services.cut = false;
	answer->services_reason = NULL;
	if (judgement.status != TIMELINE_KNOWN || judgement.outside)
		return 0;
	names = names_find(timeline, judgement.history, judgement.found.tenure,
			   (uint64_t)question->position);
	if (names == NULL)
		return -1;
	answer->holder = names->holder;
	answer->kind = holder_kind_name(names->holder->kind);
	find_services(timeline, &judgement, names, question, answer);
	return 0;
}

void timeline_answer_json(const struct timeline_answer *answer, struct text *out)
{
	const struct named_holder *holder = answer->holder;

	if (holder != NULL) {
		text_add(out, holder->head_json.data, holder->head_json.length);
		/* Those of a service are in its head. */
		if (holder->kind != HOLDER_SERVICE)
			services_add_json(&answer->services, out);
		if (answer->services_reason != NULL) {
			text_add_string(out, ",\"services_reason\":\"");
			text_add_string(out, answer->services_reason);
			text_add(out, "\"", 1);
		}
		text_add(out, holder->tail_json.data, holder->tail_json.length);
	} else if (answer->status == TIMELINE_KNOWN) {
		text_add_string(out, "{\"status\":\"known\",\"kind\":\"outside\"}");
	} else {
		text_add_string(out, answer->status == TIMELINE_AMBIGUOUS
					     ? "{\"status\":\"ambiguous\",\"reason\":\""
					     : "{\"status\":\"unknown\",\"reason\":\"");
		text_add_string(out, answer->reason);
		text_add_string(out, "\"}");
	}
}
