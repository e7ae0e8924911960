/* sources.h - the interfaces that are captured on, as they come and go. */
#ifndef TENURE_FLOWS_SOURCES_H
#define TENURE_FLOWS_SOURCES_H

#include <net/if.h>
#include <poll.h>

#include "producers/flows/capture.h"
#include "producers/flows/interfaces.h"
#include "producers/flows/link_watch.h"
#include "producers/flows/live.h"
#include "producers/flows/patterns.h"
#include "producers/flows/refused.h"
#include "producers/flows/rings.h"

#define SOURCES_LAST_READS_NS \
	(300 * NS_PER_MS) /* by then the kernel has released a ring's last block */

struct source {
	struct capture *capture;
	char name[IF_NAMESIZE];
	unsigned index;      /* the system's number, 0 for "any" */
	uint64_t birth;      /* of struct link_entry */
	uint16_t number;     /* in INTERFACES */
	int64_t ring;        /* bytes */
	bool scanned;        /* seen by the current scan */
	bool followed;       /* by LINKS */
	uint64_t mac;        /* the pod's, that LINKS was told */
	struct when until;   /* it was not there from then on; WHEN_MAX: not known */
	struct when gone_at; /* WHEN_MAX while it can be read */
	bool drained;        /* its ring was read after that */
};

struct sources {
	const struct live_options *options;
	struct interfaces *interfaces;
	struct live_stats stats; /* without the captures that are open, and REFUSED */
	struct rings rings;
	struct patterns patterns;
	struct refused refused;
	struct link_watch *watch; /* NULL if the kernel refused it */
	struct when scan_at;
	size_t count;
	struct source list[LIVE_MAX];
	struct pollfd polled[LIVE_MAX + 1]; /* the list's, then the watch */
};

/* Opens what is there. ALL begins as zeros. Returns EX_OK or the exit code (logged). */
int sources_open(struct sources *all, const struct live_options *options,
		 struct interfaces *interfaces);
void sources_close(struct sources *all);

/* Reads the notices that have come, opens the interfaces that appeared and marks those that disappeared. */
void sources_tend(struct sources *all);
/* Marks the rings of interfaces that are gone for one last read, and removes them after
 * that. Returns true if there is a ring to read. */
bool sources_remove_gone(struct sources *all);

#endif
