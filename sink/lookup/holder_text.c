#include "sink/lookup/holder_text.h"

void holder_text_name(struct text *out, struct span name)
{
	for (size_t i = 0; i < name.length; i++) {
		const char *c = &name.data[i];

		text_add(out, *c >= ' ' && *c < 0x7f ? c : "?", 1);
	}
}

void holder_text_add(struct text *out, const struct named_holder *holder)
{
	text_add_string(out, holder_kind_name(holder->kind));
	text_add(out, " ", 1);
	holder_text_name(out, holder->full_name);
	if (holder->workload_kind.length == 0)
		return;
	text_add(out, " (", 2);
	if (holder->workload_member != NULL)
		text_add_string(out, holder->workload_member);
	else
		holder_text_name(out, holder->workload_kind);
	text_add(out, " ", 1);
	holder_text_name(out, holder->workload_name);
	text_add(out, ")", 1);
}

void holder_text_answer(struct text *out, const struct timeline_answer *answer)
{
	if (answer->reason != NULL)
		text_add_format(out, "%s (%s)",
				answer->status == TIMELINE_AMBIGUOUS ? "ambiguous" : "unknown",
				answer->reason);
	else if (answer->holder == NULL)
		text_add_string(out, "outside the cluster");
	else
		holder_text_add(out, answer->holder);
	if (answer->status == TIMELINE_KNOWN && !answer->certain)
		text_add_string(out, ", if it sent");
}

void holder_text_as_of(struct text *out, const struct lookup_answer *asked)
{
	char text[WHEN_TEXT_SIZE];

	if (when_is_min(asked->known) || !lookup_is_after_known(asked))
		return;
	when_format(when_whole_second(asked->known), text);
	text_add_format(out, ", as of %s", text);
}
