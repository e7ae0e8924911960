#include "sink/lookup/reason_text.h"

#include <string.h>

static const struct {
	const char *reason, *sentence;
} unknown[] = {
	{"local_scope", "the address means something else on each host or link"},
	{"gap", "the watch was interrupted (a GAP), and somebody may have come unseen"},
	{"before_coverage",
	 "the records were not complete yet, and somebody whom they do not show may have had it"},
	{"lost", "its only possible holder was lost, and its address may have been given away"},
	{"unpublished_pod", "a pod whose address is not published yet may have it"},
	{"between_holders", "it had holders before, but none of them can have had it then"},
	{"before_first", "the moment is before its first recorded holder"},
	{"unread", "a record could not be read, and it may be about this address"},
	{"never_seen",
	 "the address seems to be one of the cluster's, but no record shows a holder"},
};

const char *reason_text(const struct timeline_answer *answer, bool sent)
{
	if (answer->reason == NULL)
		return NULL;
	if (strcmp(answer->reason, "two_holders") == 0)
		return "two holders are certain at the same instant";
	if (answer->status == TIMELINE_AMBIGUOUS)
		return "more than one holder is possible at that moment";
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		if (strcmp(answer->reason, unknown[i].reason) == 0)
			return unknown[i].sentence;
	}
	return sent ? "one holder is possible, but before it another machine may have had the "
		      "address"
		    : "one holder is possible, but not certain, and the address sent nothing";
}
