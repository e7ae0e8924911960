#include "sink/lookup/question.h"

/* The position of LOOKUP_LAST, whatever the moment is. */
static void place_last(const struct timeline *timeline, struct lookup_answer *answer)
{
	answer->position = timeline_position_last(timeline).offset;
	answer->known = timeline_known_to(timeline);
	answer->final = false;
}

/* A position that is not applied yet sees what is. -1 after logging. */
static int place_given(struct timeline *timeline, int64_t position, struct lookup_answer *answer)
{
	place_last(timeline, answer);
	answer->final = position <= answer->position;
	if (!answer->final)
		return 0;
	answer->position = position;
	return timeline_known_at(timeline, position, &answer->known);
}

/* Whether more records may still say more about the moment. Of LOOKUP_FINAL, the position too.
 * -1 after logging. */
static int place_moment(struct timeline *timeline, enum lookup_basis basis,
			struct lookup_answer *answer)
{
	struct timeline_position found;
	int placed = timeline_position_for(timeline, answer->at, &found);

	if (placed < 0)
		return -1;
	answer->provisional = placed == 0 && !(timeline_is_closed(timeline) &&
					       timeline_ends_after(timeline, answer->at));
	if (placed == 0 || basis != LOOKUP_FINAL)
		return 0;
	answer->final = true;
	answer->position = found.offset;
	answer->known = found.known;
	return 0;
}

int lookup_place(struct timeline *timeline, const struct lookup_question *question, struct when now,
		 struct lookup_answer *answer)
{
	if (question->basis == LOOKUP_POSITION) {
		if (place_given(timeline, question->position, answer) < 0)
			return -1;
	} else {
		place_last(timeline, answer);
	}
	answer->at = question->at;
	if (when_is_min(answer->at))
		answer->at = when_is_min(answer->known) ? now : when_earlier(now, answer->known);
	answer->provisional = !answer->final;
	if (question->basis == LOOKUP_POSITION)
		return 0;
	return place_moment(timeline, question->basis, answer);
}

struct timeline_question lookup_timeline_question(const struct lookup_question *question,
						  const struct lookup_answer *answer)
{
	return (struct timeline_question){
		.ip = question->ip,
		.port = question->port,
		.transport = question->transport,
		.start = answer->at,
		.end = answer->at,
		.sent = !question->received,
		.serves = question->port >= 0,
		.began = question->port < 0,
		.position = answer->position,
	};
}

int lookup_ask(struct timeline *timeline, const struct lookup_question *question, struct when now,
	       struct lookup_answer *answer)
{
	struct timeline_question asked;

	if (lookup_place(timeline, question, now, answer) < 0)
		return -1;
	asked = lookup_timeline_question(question, answer);
	return timeline_answer(timeline, &asked, &answer->answer);
}

bool lookup_is_after_known(const struct lookup_answer *answer)
{
	return when_before(answer->known, answer->at);
}

void lookup_answer_json(const struct lookup_question *question, const struct lookup_answer *answer,
			struct text *out)
{
	char ip[IP_TEXT_SIZE];
	size_t end;

	ip_format(&question->ip, ip);
	text_add_string(out, "{\"ip\":\"");
	text_add_string(out, ip);
	text_add_string(out, "\",\"at\":");
	text_add_when(out, answer->at);
	text_add_string(out, ",\"position\":");
	text_add_i64(out, answer->position);
	if (answer->provisional)
		text_add_string(out, ",\"provisional\":true");
	text_add_string(out, ",\"known\":");
	text_add_when(out, answer->known);
	if (answer->answer.status == TIMELINE_KNOWN)
		text_add_string(out, answer->answer.certain && !lookup_is_after_known(answer)
					     ? ",\"certain\":true"
					     : ",\"certain\":false");
	end = out->length;
	timeline_answer_json(&answer->answer, out);
	if (!out->failed)
		out->data[end] = ','; /* instead of its brace */
}
