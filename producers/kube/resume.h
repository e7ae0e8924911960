/* resume.h - where an earlier run stopped, from the end of its own output.
 *
 * (1) A resource resumes only from a revision up to which everything stands in the topic:
 *     that of the last PROGRESS, of a SYNC_END after it, or of a change after either.
 */
#ifndef TENURE_KUBE_RESUME_H
#define TENURE_KUBE_RESUME_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"
#include "common/record/kube_event.h"
#include "common/record/kube_resource.h"

struct resume {
	bool any;                           /* a record of this cluster was there */
	bool proven;                        /* a PROGRESS was */
	struct when received;               /* the latest; WHEN_MIN for none */
	struct when known;                  /* of the last PROGRESS; WHEN_MIN for none */
	uint64_t revisions[KUBE_RESOURCES]; /* 0: list again */
};

void resume_init(struct resume *resume);
/* Takes the next record of the output's end, in order; others' clusters are passed over. */
void resume_take(struct resume *resume, const char *cluster, const struct kube_event *event);

#endif
