#include "sink/lookup/dns/dns_text.h"

#include <inttypes.h>
#include <string.h>

#include "sink/lookup/holder_text.h"

#define STRING_MAX 255 /* RFC 1035 section 3.3 */

/* Makes what was added to the text since BEFORE a string of the TXT record. */
static void end_string(struct dns_answer *answer, size_t before)
{
	size_t length = answer->text.length - before;

	if (answer->text.failed || answer->count == DNS_RECORDS_MAX) {
		answer->cut = true;
		return;
	}
	answer->records[answer->count++] =
		(struct dns_record){.type = DNS_TYPE_TXT,
				    .at = before,
				    .length = length < STRING_MAX ? length : STRING_MAX};
}

static void add(struct dns_answer *answer, const char *key, const char *value)
{
	size_t before = answer->text.length;

	text_add_format(&answer->text, "%s: %s", key, value);
	end_string(answer, before);
}

static void add_name(struct dns_answer *answer, const char *key, struct span name)
{
	size_t before = answer->text.length;

	if (name.length == 0)
		return;
	text_add_format(&answer->text, "%s: ", key);
	holder_text_name(&answer->text, name);
	end_string(answer, before);
}

/* "since: T (sandbox)"; WITHOUT says what there is if MOMENT is open. */
static void add_moment(struct dns_answer *answer, const char *key, struct when moment,
		       const char *from, const char *without)
{
	char text[WHEN_TEXT_SIZE];
	size_t before = answer->text.length;

	if (when_is_min(moment) || when_is_max(moment)) {
		if (without != NULL)
			add(answer, key, without);
		return;
	}
	when_format(moment, text);
	text_add_format(&answer->text, "%s: %s", key, text);
	if (from != NULL)
		text_add_format(&answer->text, " (%s)", from);
	end_string(answer, before);
}

static void add_holder(struct dns_answer *answer, const struct timeline_answer *found)
{
	const struct named_holder *holder = found->holder;
	size_t before = answer->text.length;

	text_add_string(&answer->text, "holder: ");
	holder_text_answer(&answer->text, found);
	end_string(answer, before);
	if (holder == NULL)
		return;
	if (holder->kind == HOLDER_POD)
		add_name(answer, "node", holder->node);
	for (size_t i = 0; i < found->services.count; i++)
		add_name(answer, "service", found->services.list[i].name);
	add_moment(answer, "since", holder->start, holder->start_from, NULL);
	add_moment(answer, "until", holder->end, holder->end_from, "not ended as far as is known");
}

static void add_candidate(struct dns_answer *answer, const struct timeline_candidate *candidate)
{
	size_t before = answer->text.length;

	text_add_string(&answer->text, "candidate: ");
	if (candidate->holder != NULL)
		holder_text_add(&answer->text, candidate->holder);
	else
		text_add_string(&answer->text, "somebody whom no record shows");
	text_add_format(&answer->text, " (%s)", candidate->why);
	end_string(answer, before);
}

void dns_text_add(const struct lookup_answer *found, struct dns_answer *answer)
{
	static const char *const statuses[] = {"known", "unknown", "ambiguous"};
	const struct timeline_answer *said = &found->answer;
	size_t before;

	add(answer, "status", statuses[said->status]);
	if (said->reason != NULL)
		add(answer, "reason", said->reason);
	if (said->status == TIMELINE_KNOWN)
		add_holder(answer, said);
	for (size_t i = 0; i < said->candidate_count; i++)
		add_candidate(answer, &said->candidates[i]);
	add_moment(answer, "at", found->at, NULL, NULL);
	add_moment(answer, "known to", found->known, NULL, "the last record");
	before = answer->text.length;
	text_add_format(&answer->text, "position: %" PRId64, found->position);
	end_string(answer, before);
	if (found->provisional)
		add(answer, "provisional", "later records may change this");
	add(answer, "source", "timeline");
}

void dns_text_add_upstream(struct span names, struct dns_answer *answer)
{
	for (size_t at = 0; at < names.length; at += strlen(names.data + at) + 1)
		add(answer, "name", names.data + at);
	add(answer, "source", "dns");
}
