/* links_internal.h - what links.c, which knows of interfaces, and links_reports.c, which says it, share. */
#ifndef TENURE_FLOWS_LINKS_INTERNAL_H
#define TENURE_FLOWS_LINKS_INTERNAL_H

#include "producers/flows/links/alone.h"
#include "producers/flows/links/links.h"
#include "producers/flows/links/open.h"
#include "producers/flows/links/schedule.h"

struct link {
	struct link_quick quick;
	bool there;
	bool news; /* its next report is due at once */
	bool several; /* it has two addresses of one family; live, its packets count as missed from then on */
	struct schedule schedule;
	struct alone_missed missed;
	/* Of its addresses, alone is what those that are forgotten leave of it. */
	struct link_report known;
};

struct links {
	size_t max;
	size_t count; /* the numbers used so far are below it */
	bool news;    /* of any of them */
	struct when next;
	struct when looked; /* the clock of the last look at all of them */
	struct when whole;  /* since then no packet is missed; WHEN_MAX: some may be */
	struct when latest; /* packet that no address tells; see links_find_latest() */
	bool live;          /* SEEN counts, else LATEST */
	struct when seen;
	struct when forgotten; /* the end of the interfaces that are no longer in PAST */
	struct alone_past past;
	struct open_links open;
	uint64_t records; /* the number of the latest */
	struct links_stats stats;
	struct when never; /* WHEN_MAX */
	struct link list[];
};

/* The latest packet of any. */
struct when links_find_latest(struct links *links);
/* What LINK may have carried. */
struct alone_other links_other_of(const struct links *links, const struct link *link);
/* What LINK stood for is gone. */
void links_forget(struct links *links, struct link *link);
/* Something else than that packets came is new. Without an address nothing is said. */
void links_tell(struct links *links, struct link *link);

#endif
