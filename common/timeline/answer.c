/* One end's answer: the verdict, the holder's names and its services. */
#include "common/timeline/timeline.h"

#include "common/timeline/candidates.h"
#include "common/timeline/judge.h"
#include "common/timeline/names.h"
#include "common/timeline/sole.h"

/* An end outside may be an endpoint of a service (docs/answers.md section 7). */
static void find_outside_services(const struct history *history,
				  const struct timeline_question *question,
				  struct timeline_answer *answer)
{
	struct services_question asked = judge_services_question(question, HOLDER_NODE);

	services_find_all(history->memberships, history->membership_count, &asked,
			  &answer->services);
}

static void add_holder(const struct timeline *timeline, const struct timeline_question *question,
		       const struct known_holder *known, struct timeline_answer *answer)
{
	enum holder_kind kind = known->holder->kind;
	struct services_question asked = judge_services_question(question, kind);

	answer->kind = holder_kind_name(kind);
	answer->certain = known->certain;
	answer->holder = known->holder;
	answer->head_json = known->head_json;
	answer->tail_json = known->tail_json;
	answer->services_in_head = kind == HOLDER_SERVICE;
	if (kind == HOLDER_SERVICE) {
		answer->services.list[0] =
			(struct service_use){.name = known->holder->full_name, .port = true};
		answer->services.count = 1;
		return;
	}
	services_find(&known->memberships, &timeline->answering->node_ports, &asked,
		      &answer->services);
	answer->services_reason = judge_services_reason(timeline, question);
}

/* The holder that JUDGEMENT found. -1 after logging. */
static int name_holder(struct timeline *timeline, const struct timeline_question *question,
		       const struct judgement *judgement, struct known_holder *known)
{
	const struct history *history = judgement->history;
	const struct cached_names *names =
		names_find(timeline, history, judgement->view, judgement->found.tenure,
			   (uint64_t)question->position);

	if (names == NULL)
		return -1;
	sole_keep(timeline, question, judgement, names);
	*known = (struct known_holder){
		.certain = judgement->found.certain,
		.holder = names->holder,
		.head_json = {names->json, names->head_length},
		.tail_json = {names->json + names->head_length, names->tail_length},
		.memberships = {history->memberships, history->membership_count, names->members,
				names->member_count},
	};
	return 0;
}

static void begin(struct timeline_answer *answer)
{
	answer->status = TIMELINE_KNOWN;
	answer->reason = NULL;
	answer->kind = NULL;
	answer->certain = false;
	answer->holder = NULL;
	answer->services.count = 0;
	answer->services.cut = false;
	answer->services_in_head = false;
	answer->services_reason = NULL;
	answer->candidate_count = 0;
}

static int find_answer(struct timeline *timeline, const struct timeline_question *question,
		       struct timeline_answer *answer)
{
	struct judgement judgement;
	struct known_holder known;

	begin(answer);
	if (sole_find(timeline, question, &known)) {
		add_holder(timeline, question, &known, answer);
		return 0;
	}
	if (judge_end(timeline, question, &judgement) < 0)
		return -1;
	answer->status = judgement.status;
	answer->reason = judgement.reason;
	if (judgement.status != TIMELINE_KNOWN)
		return candidates_find(timeline, &judgement, question, answer);
	if (judgement.outside) {
		answer->kind = "outside";
		answer->certain = true;
		find_outside_services(judgement.history, question, answer);
		return 0;
	}
	if (name_holder(timeline, question, &judgement, &known) < 0)
		return -1;
	add_holder(timeline, question, &known, answer);
	return 0;
}

int timeline_answer(struct timeline *timeline, const struct timeline_question *question,
		    struct timeline_answer *answer)
{
	int rc = find_answer(timeline, question, answer);

	if (rc == 0)
		answer_tally_add(&timeline->answers, answer);
	return rc;
}

const struct answer_tally *timeline_tally(const struct timeline *timeline)
{
	return &timeline->answers;
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
