/* sources.h - the interfaces that are captured on, as they come and go. */
#ifndef TENURE_FLOWS_SOURCES_H
#define TENURE_FLOWS_SOURCES_H

#include <net/if.h>
#include <poll.h>

#include "producers/flows/capture.h"
#include "producers/flows/interfaces.h"
#include "producers/flows/link_watch.h"
#include "producers/flows/links/unfollowed.h"
#include "producers/flows/live.h"
#include "producers/flows/patterns.h"
#include "producers/flows/refused.h"
#include "producers/flows/rings.h"

#define SOURCES_LAST_READS_NS \
	(300 * NS_PER_MS) /* by then the kernel has released a ring's last block */

struct source {
	struct capture *capture;
	char name[IF_NAMESIZE];
	const char
		*asked;  /* an option's value, which may be an alternative name; NULL: a pattern */
	unsigned index;  /* the system's number, 0 for "any" */
	uint64_t birth;  /* of struct link_entry */
	uint16_t number; /* in INTERFACES */
	int64_t ring;    /* bytes */
	bool scanned;    /* seen by the current scan */
	bool followed;   /* by LINKS */
	bool seen;       /* its packets are told to be a pod's or not */
	uint64_t missed; /* of capture_missed() */
	uint64_t mac;    /* the pod's, that LINKS was told */
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
	/* For LINKS, if all packets reach it (seen.h). */
	struct unfollowed unfollowed;
	struct when unread_since; /* when_steady(): some are; WHEN_MAX: none is */
	bool unread_said;
	struct when limit;  /* since then an interface may be there that is not followed */
	struct when seen;   /* all that came by then was read, or told to be missed */
	struct when see_at; /* when_steady(); then that is looked at again */
	int64_t offset_ns;  /* of the wall clock from the steady one */
	size_t count;
	struct source list[LIVE_MAX];
	struct pollfd polled[LIVE_MAX + 2]; /* the list's, then the watch and what wakes */
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
/* The option's value that asked for SOURCE, or its name. */
const char *sources_asked(const struct source *source);

#endif
