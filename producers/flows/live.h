/* live.h - packets from interfaces that come and go.
 *
 * Interfaces are named, or found by shell patterns whenever the kernel tells of a
 * change, and at least every LIVE_RESCAN_MS.
 *
 * (1) An interface that goes takes nothing with it: what its ring still holds is
 *     read, its counters are kept.
 * (2) With patterns the capture goes on without any interface; with names alone it
 *     ends when the last one is gone.
 */
#ifndef TENURE_FLOWS_LIVE_H
#define TENURE_FLOWS_LIVE_H

#include "common/program/settings.h"
#include "producers/flows/capture.h"
#include "producers/flows/interfaces.h"
#include "producers/flows/packet.h"

#define LIVE_MAX 1024 /* captures open at once; each has a ring of its own */
#define LIVE_RESCAN_MS 1000

struct live;

struct live_options {
	const struct settings_list *names;
	const struct settings_list *patterns; /* of fnmatch() */
	struct capture_options capture;
};

struct live_stats {
	uint64_t opened;
	uint64_t gone;
	uint64_t refused; /* for LIVE_MAX, INTERFACES_MAX or an error, counted once each */
	struct capture_stats capture;
};

enum live_status {
	LIVE_PACKETS,
	LIVE_QUIET, /* nothing for a while, or a signal */
	LIVE_END,   /* (2) */
};

/* Borrows OPTIONS and INTERFACES. NULL with the code for exit(), after logging. */
struct live *live_open(const struct live_options *options, struct interfaces *interfaces,
		       int *exit_code);
void live_close(struct live *live);

/* Waits at most TIMEOUT_MS for packets of any interface. */
enum live_status live_read(struct live *live, int timeout_ms, struct packet *packets, size_t max,
			   size_t *count);
struct live_stats live_get_stats(const struct live *live);

#endif
