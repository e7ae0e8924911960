/* resume.h - where an earlier run stopped, from the end of its own output.
 *
 * (1) A resource resumes only from a revision up to which the topic has everything: that of
 *     the last PROGRESS, of a SYNC_END after it, or of a change after either. After a GAP only a
 *     whole list counts; one that has begun is completed at its revision.
 */
#ifndef TENURE_KUBE_RESUME_H
#define TENURE_KUBE_RESUME_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"
#include "common/bus/bus.h"
#include "common/record/kube_event.h"
#include "common/record/kube_resource.h"

#define RESUME_PAUSE_MS 50

struct resume {
	bool any;                /* there was a record of this cluster */
	bool proven;             /* there was a PROGRESS */
	struct when received;    /* the latest; WHEN_MIN for none */
	struct when known;       /* of the last PROGRESS; WHEN_MIN for none */
	struct kube_scope scope; /* of the run that wrote it */
	struct resume_point {
		uint64_t revision; /* 0: list again */
		struct when sure;  /* KNOWN when REVISION was written */
		uint64_t proved;   /* of the last PROGRESS, 0 for none */
		uint64_t witness;  /* the greatest of an object, 0 for none */
		bool covered;      /* the topic has something of it */
		uint64_t list;     /* the revision of a list without an end, or 0 */
	} points[KUBE_RESOURCES];
};

/* What a program does while it reads. */
struct resume_pause {
	int (*turn)(void *user); /* called about every RESUME_PAUSE_MS; -1 ends the reading */
	void *user;
};

/* Fills RESUME from the last records at ADDRESS; standard output has none. Reads further back
 * only while it has found no PROGRESS of CLUSTER. OPTIONS must not have FOLLOW set. PAUSE may be
 * NULL. -1 after logging, or if PAUSE has ended it. */
int resume_read(const char *address, const struct bus_options *options, const char *cluster,
		const struct resume_pause *pause, struct resume *resume);

/* Its two steps: start with an empty RESUME, then take each record in order. Records of other
 * clusters are skipped. */
void resume_init(struct resume *resume);
void resume_take(struct resume *resume, const char *cluster, const struct kube_event *event);

#endif
