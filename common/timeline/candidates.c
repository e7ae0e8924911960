#include "common/timeline/candidates.h"

#include <string.h>

#include "common/timeline/names.h"

static const char *why_recorded(const struct possible *possible,
				const struct timeline_question *question)
{
	const struct tenure *tenure = possible->tenure;

	if (possible->certain)
		return "certain";
	if (tenure->binding.evidence.how == BINDING_LOST &&
	    when_before(tenure->at.certain_to, question->end))
		return "lost";
	return when_before(question->start, tenure->at.certain_from) ? "starting" : "ending";
}

/* The holder of POSSIBLE[AT] is among those before it. */
static bool is_listed(const struct possible *possible, size_t at)
{
	for (size_t p = 0; p < at; p++) {
		if (possible[p].tenure->binding.who == possible[at].tenure->binding.who)
			return true;
	}
	return false;
}

int candidates_find(struct timeline *timeline, const struct judgement *judgement,
		    const struct timeline_question *question, struct timeline_answer *answer)
{
	const char *unrecorded[TIMELINE_UNRECORDED_MAX];

	answer->candidate_count = 0;
	for (size_t p = 0; p < judgement->possible_count; p++) {
		const struct possible *possible = &judgement->possible[p];
		const struct cached_names *names;

		if (is_listed(judgement->possible, p))
			continue;
		if (answer->candidate_count == TIMELINE_CANDIDATES_MAX)
			return 0;
		names = names_find(timeline, judgement->history, judgement->view, possible->tenure,
				   (uint64_t)question->position);
		if (names == NULL)
			return -1;
		answer->candidates[answer->candidate_count++] = (struct timeline_candidate){
			.holder = names->holder,
			.why = why_recorded(possible, question),
			.head_json = {names->json, names->head_length},
			.tail_json = {names->json + names->head_length, names->tail_length},
		};
	}
	if (unrecorded_list(&judgement->unrecorded, unrecorded) > 0 &&
	    strcmp(unrecorded[0], judgement->reason) != 0 &&
	    answer->candidate_count < TIMELINE_CANDIDATES_MAX)
		answer->candidates[answer->candidate_count++] =
			(struct timeline_candidate){.why = unrecorded[0]};
	return 0;
}

static void add_candidate(const struct timeline_candidate *candidate, struct text *out)
{
	struct span head = candidate->head_json, tail = candidate->tail_json;

	if (candidate->holder == NULL) {
		text_add_string(out, "{\"kind\":\"unrecorded\"");
	} else {
		/* Without the status before it and the brace after it. */
		text_add(out, "{", 1);
		text_add(out, head.data + NAMES_STATUS_LENGTH, head.length - NAMES_STATUS_LENGTH);
		text_add(out, tail.data, tail.length - 1);
	}
	text_add_format(out, ",\"why\":\"%s\"}", candidate->why);
}

void candidates_add_json(const struct timeline_answer *answer, struct text *out)
{
	for (size_t c = 0; c < answer->candidate_count; c++) {
		text_add_string(out, c == 0 ? ",\"candidates\":[" : ",");
		add_candidate(&answer->candidates[c], out);
	}
	if (answer->candidate_count > 0)
		text_add(out, "]", 1);
}
