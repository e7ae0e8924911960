#include "sink/lookup/name_search.h"

#include <inttypes.h>

int name_search_begin(struct name_search *search, struct timeline *timeline,
		      const struct lookup_name *name, const struct lookup_question *question,
		      bool history, struct when now)
{
	*search = (struct name_search){
		.name = *name,
		.history = history,
		.now = when_is_min(question->at),
		.question = *question,
	};
	if (timeline_addresses_of(timeline, name->kind, name->full_name, &search->addresses) < 0 ||
	    lookup_place(timeline, question, now, &search->placed) < 0)
		return -1;
	search->question.at = search->placed.at;
	search->question.basis = LOOKUP_POSITION;
	search->question.position = search->placed.position;
	return 0;
}

void name_search_clear(struct name_search *search)
{
	timeline_addresses_clear(&search->addresses);
}

bool name_search_is_over(const struct name_search *search)
{
	return search->next == search->addresses.count;
}

/* Asks about the next address. 1 if it has the name, 0 if not, -1 after logging. */
static int ask(struct name_search *search, struct timeline *timeline, struct when now,
	       struct lookup_answer *answer)
{
	search->question.ip = search->addresses.list[search->next++];
	if (lookup_ask(timeline, &search->question, now, answer) < 0)
		return -1;
	if (!lookup_name_is_of(&search->name, &answer->answer))
		return 0;
	answer->provisional = search->placed.provisional;
	answer->known = search->placed.known;
	search->found++;
	return 1;
}

/* Reads the tenures of the next address, and puts COUNT of them, those with the name, in front. -1
 * after logging, with nothing to clear. */
static int read_history(struct name_search *search, struct timeline *timeline,
			struct timeline_history *history, size_t *count)
{
	const struct ip *ip = &search->addresses.list[search->next++];

	search->question.ip = *ip;
	if (timeline_history(timeline, ip, search->placed.position, history) < 0)
		return -1;
	*count = 0;
	for (size_t b = 0; b < history->count; b++) {
		struct timeline_binding binding = history->bindings[b];

		if (!lookup_name_is_of_binding(&search->name, &binding))
			continue;
		history->bindings[b] = history->bindings[*count];
		history->bindings[(*count)++] = binding;
	}
	search->found += *count;
	return 0;
}

/* ---- JSON ---- */

void name_search_head(const struct name_search *search, struct text *out)
{
	const struct lookup_answer *placed = &search->placed;

	text_add_format(out, "{\"%s\":", lookup_name_kind(search->name.kind));
	text_add_json_repaired(out, search->name.full_name.data, search->name.full_name.length);
	if (!search->history) {
		text_add_string(out, ",\"at\":");
		text_add_when(out, placed->at);
	}
	text_add_format(out, ",\"position\":%" PRId64, placed->position);
	if (!search->history && placed->provisional)
		text_add_string(out, ",\"provisional\":true");
	text_add_string(out, ",\"known\":");
	text_add_when(out, placed->known);
	text_add_string(out, ",\"addresses\":[");
}

void name_search_tail(struct text *out)
{
	text_add_string(out, "]}\n");
}

static void add_history(const struct name_search *search, const struct timeline_history *history,
			size_t count, struct text *out)
{
	char ip[IP_TEXT_SIZE];

	ip_format(&search->question.ip, ip);
	text_add_format(out, "%s{\"ip\":\"%s\",\"bindings\":[", search->found > count ? "," : "",
			ip);
	for (size_t b = 0; b < count; b++) {
		if (b > 0)
			text_add(out, ",", 1);
		timeline_binding_json(&history->bindings[b], out);
	}
	text_add_string(out, "]}");
}

int name_search_json(struct name_search *search, struct timeline *timeline, struct when now,
		     struct text *out)
{
	struct timeline_history history;
	struct lookup_answer answer;
	size_t count;
	int rc;

	if (!search->history) {
		rc = ask(search, timeline, now, &answer);
		if (rc == 1 && search->found > 1)
			text_add(out, ",", 1);
		if (rc == 1)
			lookup_answer_json(&search->question, &answer, out);
		return rc < 0 ? -1 : 0;
	}
	if (read_history(search, timeline, &history, &count) < 0)
		return -1;
	if (count > 0)
		add_history(search, &history, count, out);
	timeline_history_clear(&history);
	return 0;
}

/* ---- The table ---- */

int name_search_rows(struct name_search *search, struct timeline *timeline, struct when now,
		     struct table *table)
{
	struct timeline_history history;
	struct lookup_answer answer;
	size_t count;
	int rc;

	if (search->history) {
		if (read_history(search, timeline, &history, &count) < 0)
			return -1;
		for (size_t b = 0; b < count; b++)
			table_add_binding(table, &search->question.ip, &history.bindings[b],
					  search->placed.known);
		timeline_history_clear(&history);
	} else {
		rc = ask(search, timeline, now, &answer);
		if (rc < 0)
			return -1;
		if (rc == 1)
			table_add_answer(table, &search->question, search->now, &answer);
	}
	if (name_search_is_over(search) && search->found == 0)
		table_add_nobody(table, &search->name, search->now, &search->placed);
	return 0;
}
