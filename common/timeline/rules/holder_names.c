#include "common/timeline/rules/holder_names.h"

void holder_names_join(struct text *out, enum holder_kind kind, const struct holder_names *names)
{
	if (kind != HOLDER_NODE) {
		text_add(out, names->namespace.data, names->namespace.length);
		text_add(out, "/", 1);
	}
	text_add(out, names->name.data, names->name.length);
}
