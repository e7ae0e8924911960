/* render.h - a holder's names and its binding as JSON (docs/answers.md section 8). Pure. */
#ifndef TENURE_RENDER_H
#define TENURE_RENDER_H

#include "common/base/text.h"
#include "common/timeline/rules/named_holder.h"

/* The member of a workload of this kind, such as "deployment"; NULL if it has none. */
const char *render_workload_member(struct span kind);

/* Adds "kind":...,"k8s":{...}, if there is a zone or region ,"cloud":{...}, and for a
 * service ,"service":{...},"services":[...]. */
void render_names(struct text *out, const struct named_holder *holder);

/* Adds "binding":{...}. */
void render_binding(struct text *out, const struct named_holder *holder);

#endif
