/* rights.h - logs which rights the account lacks, as the rules of RBAC that would give them, and that it has them. */
#ifndef TENURE_KUBE_RIGHTS_H
#define TENURE_KUBE_RIGHTS_H

#include "common/base/text.h"
#include "producers/kube/scope.h"
#include "producers/kube/watch.h"

struct rights {
	unsigned lacking; /* a bit for each resource that the log had as lacking */
};

/* Logs all rules that are lacking, when every resource was answered and again when there are more, and
 * then of each resource that its watch is open. */
void rights_log(struct rights *rights, const struct watch watches[static KUBE_RESOURCES],
		const struct scope *scope);

/* Adds the rules of the resources that the server refuses: " {apiGroups: [...], ...}" for each. */
void rights_add(struct text *text, const struct watch watches[static KUBE_RESOURCES],
		const struct scope *scope);

#endif
