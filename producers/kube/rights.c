#include "producers/kube/rights.h"

#include "common/program/log.h"
#include "producers/kube/path.h"

#define RULES_MAX 4096

void rights_add(struct text *text, const struct watch watches[static KUBE_RESOURCES],
		const struct scope *scope)
{
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		enum kube_resource resource = (enum kube_resource)r;
		const char *namespace = scope_namespace(scope, resource);

		if (!watches[r].refused)
			continue;
		text_add_format(text,
				" {apiGroups: [\"%s\"], resources: [%s], verbs: [list, watch]}",
				path_group(resource), kube_resource_name(resource));
		if (namespace != NULL)
			text_add_format(text, " in namespace %s", namespace);
	}
}

/* Whether the server has said of each resource whether the account may list it. */
static bool all_answered(const struct watch watches[static KUBE_RESOURCES])
{
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		const struct watch *watch = &watches[r];

		if (!watch->refused && !watch->missing && watch->list_revision == 0 &&
		    watch->revision == 0)
			return false;
	}
	return true;
}

static void log_end(struct rights *rights, const struct watch watches[static KUBE_RESOURCES])
{
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		if ((rights->lacking & 1U << r) == 0 || watches[r].state != WATCH_OPEN)
			continue;
		rights->lacking &= ~(1U << r);
		log_info("the account has the rights to %s now",
			 kube_resource_name((enum kube_resource)r));
	}
}

void rights_log(struct rights *rights, const struct watch watches[static KUBE_RESOURCES],
		const struct scope *scope)
{
	unsigned lacking = 0;
	bool covered = false;
	struct text rules;

	log_end(rights, watches);
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		lacking |= (unsigned)watches[r].refused << r;
		covered |= watches[r].refused && watches[r].covered;
	}
	if ((lacking & ~rights->lacking) == 0 || !all_answered(watches))
		return;
	rights->lacking |= lacking;
	text_init(&rules, RULES_MAX);
	rights_add(&rules, watches, scope);
	log_warn("the account lacks rights, and %s until it has these rules of RBAC:%s",
		 covered ? "known stands still" : "nothing is written of their resources",
		 text_terminate(&rules));
	text_free(&rules);
}
