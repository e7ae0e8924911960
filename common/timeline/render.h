/* render.h - a holder's names and a binding as JSON (docs/answers.md section 8). Pure. */
#ifndef TENURE_RENDER_H
#define TENURE_RENDER_H

#include "common/base/text.h"
#include "common/timeline/rules/binding.h"
#include "common/timeline/store/rows.h"

struct render_names {
	enum holder_kind kind;
	const char *cluster; /* "" for none */
	struct span uid;
	struct holder_names holder;
	bool owner_there;                   /* the owner's own record is there */
	struct span owner_kind, owner_name; /* the owner's own controller, empty for none */
	struct span zone, region;
};

/* Adds "kind":...,"k8s":{...} and, as far as there is any, ,"cloud":{...}. */
void render_names(struct text *out, const struct render_names *names);

/* Adds "binding":{...}. */
void render_binding(struct text *out, const struct binding *binding, enum timeline_clock clock);

#endif
