#include "enricher/outcome_source.h"

#include <string.h>

#include "common/base/scan.h"

static bool is_of(const struct scan_value *value, const char *flows)
{
	return value->kind == SCAN_STRING && value->length == strlen(flows) &&
	       memcmp(value->text, flows, value->length) == 0;
}

int64_t outcome_source(enum exchange_topic topic, const char *bytes, size_t length, bool revise,
		       const char *flows)
{
	static const struct scan_member in_tagged[] = {
		SCAN_MEMBER("tenure", 1, 1),
		SCAN_MEMBER("flow", 2, 2),
		SCAN_MEMBER("offset", 0, 0),
		SCAN_MEMBER("topic", 0, 0),
	};
	static const struct scan_member in_correction[] = {
		SCAN_MEMBER("tenure", 1, 1),
		SCAN_MEMBER("revises", 2, 2),
		SCAN_MEMBER("offset", 0, 0),
		SCAN_MEMBER("topic", 0, 0),
	};
	static const struct scan_member in_rejected[] = {
		SCAN_MEMBER("flow", 1, 2),
		SCAN_MEMBER("offset", 0, 0),
		SCAN_MEMBER("topic", 0, 0),
	};
	const struct scan_member *tagged = revise ? in_correction : in_tagged;
	const struct scan_member *members = topic == EXCHANGE_TAGGED ? tagged : in_rejected;
	size_t count = topic == EXCHANGE_TAGGED ? 4 : 3;
	struct scan scan;
	uint64_t offset;

	if (scan_object(bytes, length, members, 1, count, &scan) != SCAN_GOOD ||
	    scan_value_unsigned(&scan.values[count - 2], &offset) < 0 || offset > INT64_MAX ||
	    (flows != NULL && !is_of(&scan.values[count - 1], flows)))
		return OUTCOME_SOURCE_NONE;
	return (int64_t)offset;
}
