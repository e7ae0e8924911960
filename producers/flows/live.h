/* live.h - packets from interfaces that come and go.
 *
 * Interfaces are given by name or by shell pattern. Patterns are matched again whenever
 * the kernel reports a change, and at least every LIVE_RESCAN_MS.
 *
 * (1) Nothing is lost when an interface disappears: what is left in its ring is read,
 *     and its counters are kept.
 *     The same holds for live_stop().
 * (2) With patterns the capture continues without any interface; with names alone it
 *     ends when the last one is gone.
 */
#ifndef TENURE_FLOWS_LIVE_H
#define TENURE_FLOWS_LIVE_H

#include <net/if.h>

#include "common/program/settings.h"
#include "producers/flows/capture.h"
#include "producers/flows/interface_groups.h"
#include "producers/flows/interfaces.h"
#include "producers/flows/links/links.h"
#include "producers/flows/packet.h"

#define LIVE_MAX 1024 /* captures open at once; each has a ring of its own */
#define LIVE_RESCAN_MS 1000

struct live;

struct live_options {
	const struct settings_list *names;
	const struct settings_list *patterns; /* of fnmatch() */
	struct capture_options capture;       /* BUFFER_SIZE: the largest ring */
	int64_t buffer_total;                 /* bytes, of all rings together (rings.h) */
	struct links *links;                  /* is told of pods' interfaces; NULL: nobody is */
	bool whole; /* all packets reach LINKS, which there is: no filter, and no share of them or of the time */
	struct interface_groups *groups; /* gets what was counted of those that are gone */
	int wake_fd;                     /* that also ends a wait for packets, or -1 */
};

struct live_stats {
	uint64_t opened;
	uint64_t gone;
	uint64_t refused; /* because of LIVE_MAX, INTERFACES_MAX, BUFFER_TOTAL or an error */
	struct capture_stats capture;
	/* With LINKS, if all packets reach it. */
	uint64_t links_unread;     /* times that a pod's interface was not read for long (seen.h) */
	uint64_t links_unread_now; /* those that are not read */
};

/* One that is open. */
struct live_interface {
	char name[IF_NAMESIZE];
	const char *asked; /* as sources_asked() */
	unsigned index;    /* the system's number, 0 for "any" */
	int64_t ring;      /* bytes */
	struct capture_stats stats;
};

enum live_status {
	LIVE_PACKETS,
	LIVE_QUIET, /* no packet within the timeout, or a signal came */
	LIVE_END,   /* (2), or all that came before live_stop() was read */
};

/* Borrows OPTIONS and INTERFACES. Returns NULL and the exit code on failure (logged). */
struct live *live_open(const struct live_options *options, struct interfaces *interfaces,
		       int *exit_code);
void live_close(struct live *live);

/* Waits up to TIMEOUT_MS for packets of any interface. */
enum live_status live_read(struct live *live, int timeout_ms, struct packet *packets, size_t max,
			   size_t *count);
/* No more packets are captured, and no interface is opened. */
void live_stop(struct live *live);
/* All packets of pods' interfaces up to then, on the wall clock, were returned before the last call of live_read(), but for those
 * that LINKS was told of; WHEN_MIN: that is not known of any. */
struct when live_seen(const struct live *live);
struct live_stats live_get_stats(const struct live *live);
/* Fills *INTERFACE with that at place AT. False if there are fewer. */
bool live_get_interface(const struct live *live, size_t at, struct live_interface *interface);

#endif
