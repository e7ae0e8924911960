#include "common/record/fault.h"

#include <stdio.h>

int fault_refuse(struct fault *fault, enum fault_reason reason, const char *member,
		 const char *detail)
{
	fault->reason = reason;
	fault->detail = detail;
	snprintf(fault->member, sizeof(fault->member), "%s", member);
	return -1;
}

const char *fault_name(enum fault_reason reason)
{
	static const char *const names[FAULT_REASONS] = {
		[FAULT_NONE] = "none",
		[FAULT_NOT_JSON] = "not_json",
		[FAULT_NOT_AN_OBJECT] = "not_an_object",
		[FAULT_TOO_DEEP] = "too_deep",
		[FAULT_TOO_LARGE] = "too_large",
		[FAULT_MEMBER_TWICE] = "member_twice",
		[FAULT_MISSING_MEMBER] = "missing_member",
		[FAULT_WRONG_TYPE] = "wrong_type",
		[FAULT_WRONG_VALUE] = "wrong_value",
		[FAULT_ALREADY_TAGGED] = "already_tagged",
		[FAULT_NOT_TAGGED] = "not_tagged",
		[FAULT_FOREIGN_TAGS] = "foreign_tags",
		[FAULT_ALREADY_REVISED] = "already_revised",
		[FAULT_OTHER_RULES] = "other_rules",
		[FAULT_OTHER_POSITION] = "other_position",
		[FAULT_UNKNOWN_TYPE] = "unknown_type",
		[FAULT_UNKNOWN_RESOURCE] = "unknown_resource",
		[FAULT_PRODUCE_FAILED] = "produce_failed",
	};

	return names[reason];
}

void fault_words(const struct fault *fault, char words[FAULT_WORDS_SIZE])
{
	static const char *const reasons[FAULT_REASONS] = {
		[FAULT_NONE] = "is good",
		[FAULT_NOT_JSON] = "is not JSON",
		[FAULT_NOT_AN_OBJECT] = "is not one JSON object",
		[FAULT_TOO_DEEP] = "is nested too deeply",
		[FAULT_TOO_LARGE] = "is too large",
		[FAULT_MEMBER_TWICE] = "is there twice",
		[FAULT_MISSING_MEMBER] = "is missing",
		[FAULT_WRONG_TYPE] = "has the wrong type or length",
		[FAULT_WRONG_VALUE] = "has the wrong value",
		[FAULT_ALREADY_TAGGED] = "is already tagged",
		[FAULT_NOT_TAGGED] = "is missing",
		[FAULT_FOREIGN_TAGS] = "is not as tenure-enrich writes it",
		[FAULT_ALREADY_REVISED] = "is already revised",
		[FAULT_OTHER_RULES] = "is of other rules",
		[FAULT_OTHER_POSITION] = "is another position",
		[FAULT_UNKNOWN_TYPE] = "is unknown",
		[FAULT_UNKNOWN_RESOURCE] = "is of another kind",
		[FAULT_PRODUCE_FAILED] = "cannot be written",
	};

	snprintf(words, FAULT_WORDS_SIZE, "%s %s%s%s",
		 fault->member[0] != '\0' ? fault->member : "it", reasons[fault->reason],
		 fault->detail != NULL ? ": " : "", fault->detail != NULL ? fault->detail : "");
}
