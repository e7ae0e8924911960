#include "enricher/rejected.h"

#define ADD(out, literal) text_add((out), (literal), sizeof(literal) - 1)

void rejected_add(struct text *out, const struct rejected *rejected)
{
	size_t kept = rejected->length < REJECTED_BYTES_MAX ? rejected->length : REJECTED_BYTES_MAX;

	ADD(out, "{\"reason\":");
	text_add_json_string(out, rejected->reason);
	if (rejected->member != NULL) {
		ADD(out, ",\"member\":");
		text_add_json_string(out, rejected->member);
	}
	ADD(out, ",\"detail\":");
	text_add_json_string(out, rejected->detail);
	ADD(out, ",");
	tagged_origin_add(out, &rejected->flow);
	ADD(out, ",\"record\":");
	text_add_json_repaired(out, rejected->bytes, kept);
	ADD(out, "}");
}
