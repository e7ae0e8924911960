#include "sink/lookup/name.h"

#include <string.h>

const char *lookup_name_kind(enum timeline_name_kind kind)
{
	if (kind == TIMELINE_POD)
		return "pod";
	return kind == TIMELINE_NODE ? "node" : "service";
}

bool lookup_name_is_good(const struct lookup_name *name)
{
	struct span full = name->full_name;
	const char *slash = memchr(full.data, '/', full.length);
	size_t before = slash != NULL ? (size_t)(slash - full.data) : 0;

	if (name->kind == TIMELINE_NODE)
		return full.length > 0 && slash == NULL;
	return before > 0 && before + 1 < full.length &&
	       memchr(slash + 1, '/', full.length - before - 1) == NULL;
}

static bool is_of_holder(const struct lookup_name *name, const struct named_holder *holder)
{
	static const enum holder_kind holders[] = {
		[TIMELINE_SERVICE] = HOLDER_SERVICE,
		[TIMELINE_POD] = HOLDER_POD,
		[TIMELINE_NODE] = HOLDER_NODE,
	};

	return holder->kind == holders[name->kind] &&
	       span_equal(holder->full_name, name->full_name);
}

bool lookup_name_is_of(const struct lookup_name *name, const struct timeline_answer *answer)
{
	if (answer->status != TIMELINE_KNOWN || answer->holder == NULL)
		return false;
	if (is_of_holder(name, answer->holder))
		return true;
	for (size_t s = 0; name->kind == TIMELINE_SERVICE && s < answer->services.count; s++) {
		if (span_equal(answer->services.list[s].name, name->full_name))
			return true;
	}
	return false;
}

bool lookup_name_is_of_binding(const struct lookup_name *name,
			       const struct timeline_binding *binding)
{
	if (is_of_holder(name, binding->holder))
		return true;
	for (size_t m = 0; name->kind == TIMELINE_SERVICE && m < binding->membership_count; m++) {
		if (span_equal(binding->memberships[m].service, name->full_name))
			return true;
	}
	return false;
}
