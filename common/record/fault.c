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
		[FAULT_UNKNOWN_TYPE] = "unknown_type",
		[FAULT_UNKNOWN_RESOURCE] = "unknown_resource",
	};

	return names[reason];
}
