/* fake_api.h - an API server with faults, in place of http.c, over the etcd of fake.h.
 *
 * A test that includes this header is linked with fake_api.c, which defines the functions of
 * http.h. Time passes only in http_turn(). Between turns the test commits changes and sets
 * faults.
 */
#ifndef TENURE_TEST_FAKE_API_H
#define TENURE_TEST_FAKE_API_H

#include <stdbool.h>
#include <stdint.h>

#include "common/record/kube_resource.h"
#include "tests/unit/producers/kube/fake.h"

/* What an API server can do wrong, each per resource. */
enum fake_fault {
	FAKE_STALL,        /* watches that are open stay silent until they end */
	FAKE_SILENT,       /* watches that are opened meanwhile stay silent */
	FAKE_HALF,         /* watches stop in the middle of a line */
	FAKE_SLOW,         /* watches bring PARAMETER bytes a second */
	FAKE_PROOF_STALL,  /* lists of one item and watches of a second are not answered */
	FAKE_PROOF_STATUS, /* they are answered with PARAMETER, an HTTP status */
	FAKE_SHORT,        /* watches end cleanly after PARAMETER ms */
	FAKE_GONE,         /* watches are answered with 410 */
	FAKE_STATUS,       /* every request is answered with PARAMETER, an HTTP status */
	FAKE_UNREACHED,    /* no connection */
	FAKE_MUTE,         /* no request is answered */
	FAKE_LAG,          /* the watch cache lags PARAMETER ms behind etcd */
	/* Watches of a second bring a line after PARAMETER ms, and no other: the server could not
	 * write until their time was over. */
	FAKE_BLOCKED,
	/* No real server does these; random scripts leave them out. */
	FAKE_LIE,    /* watches of a second hide what is committed from now on */
	FAKE_FROZEN, /* watches, also those of a second, bring nothing and end in time */
	FAKE_FAULTS,
};

/* After fake_start(). MULTIPLEXED is HTTP/2. */
void fake_api_start(bool multiplexed);
/* Turns a fault on for MS; RESOURCE KUBE_RESOURCES: for all. */
void fake_api_set(enum fake_fault fault, enum kube_resource resource, int64_t ms,
		  int64_t parameter);
/* Ends every watch of RESOURCE (KUBE_RESOURCES: of all): cleanly, or after a part of what is
 * under way. */
void fake_api_cut(enum kube_resource resource, bool cleanly);
/* The server restarts with an empty watch cache, so older revisions are gone. */
void fake_api_restart(void);
/* The same, after fake_undo(). */
void fake_api_restore(void);

/* True when RESOURCE's client was told that history is lost, since the last call. */
bool fake_api_told_lost(enum kube_resource resource);
/* Requests so far; lists are of whole pages. */
uint64_t fake_api_requests(void);
uint64_t fake_api_lists(void);

#endif
