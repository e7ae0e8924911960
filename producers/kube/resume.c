#include "producers/kube/resume.h"

#include <string.h>

void resume_init(struct resume *resume)
{
	*resume = (struct resume){.received = WHEN_MIN, .known = WHEN_MIN};
}

void resume_take(struct resume *resume, const char *cluster, const struct kube_event *event)
{
	uint64_t *revision;

	if (strcmp(event->cluster, cluster) != 0)
		return;
	resume->any = true;
	resume->received = when_later(resume->received, event->received);
	if (event->type == KUBE_PROGRESS) {
		resume->proven = true;
		resume->known = when_later(resume->known, event->known);
		memcpy(resume->revisions, event->revisions, sizeof(resume->revisions));
		return;
	}
	if (!resume->proven || event->resource >= KUBE_RESOURCES)
		return;
	revision = &resume->revisions[event->resource];
	switch (event->type) {
	case KUBE_SYNC_BEGIN:
		/* Until its end nothing is known of the resource. */
		*revision = 0;
		break;
	case KUBE_SYNC_END:
		*revision = event->resource_version;
		break;
	case KUBE_ADDED:
	case KUBE_MODIFIED:
	case KUBE_DELETED:
		if (*revision > 0 && *revision < event->resource_version)
			*revision = event->resource_version;
		break;
	default:
		break;
	}
}
