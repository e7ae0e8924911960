/* proofs.h - proves of each resource that nothing before an instant is missing.
 *
 * A watch that is quiet looks like one that has stalled, so a second stream is asked. In rounds:
 *
 * - The wall clock is read, then one resource is asked for a list of one item without a revision.
 *   Such a list is consistent: its revision R is at least that of every change committed
 *   before that instant.
 * - A resource is proved when its own watch has delivered R or more.
 * - Otherwise it is asked for a list of one item that is not older than R. Once the server
 *   has answered, its watch cache has reached R. A watch opened now from the revision that the
 *   resource has reached brings everything that is missing up to R before anything else, and
 *   the server ends it after a second. If it was open for that long and brought nothing new, the
 *   resource is proved up to R. So that such a stream is not just silent, it begins one
 *   change earlier and must bring that change, the witness, while the server still has it. The
 *   second counts from there: a server that could not write the witness before has no time left
 *   for what follows.
 * - What is new in it the resource's own watch owes (watch.h). That one is opened again, from
 *   where it is, if it does not deliver.
 *
 * Rounds overlap, because a proof takes a second. A list and a watch that share an HTTP/2
 * connection reach the same API server. With HTTP/1.1 they may reach different ones, and the
 * second may lag; a change that then breaks a promise is declared (watch.h, LATE).
 *
 * While a resource is listed for lost history or at the start, no PROGRESS can be written, and a round
 * begins only every 10 s.
 *
 * A revision counts changes of an etcd, and a resource may have one of its own
 * (--etcd-servers-overrides). It is then asked for its own R.
 *
 * (1) A PROGRESS promises the least KNOWN of the resources, and KNOWN never goes back.
 * (2) Its "revisions" are what the watches delivered, and never a proof's. Those are "proved".
 */
#ifndef TENURE_KUBE_PROOFS_H
#define TENURE_KUBE_PROOFS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/text.h"
#include "common/base/when.h"
#include "common/record/kube_resource.h"
#include "producers/kube/clocks.h"
#include "producers/kube/http.h"
#include "producers/kube/retry.h"
#include "producers/kube/server_clock.h"
#include "producers/kube/watch.h"

#define PROOFS_ROUNDS 4 /* at a time */

enum proof_step {
	PROOF_NONE,    /* not part of the round */
	PROOF_WAITS,   /* for R of another resource */
	PROOF_LEARNS,  /* asks for R */
	PROOF_AIMS,    /* has R */
	PROOF_REACHES, /* waits until the server's watch cache has reached R */
	PROOF_LISTENS,
	PROOF_DONE,
	PROOF_FAILED,
};

/* Of one resource in one round. */
struct proof {
	enum proof_step step;
	struct http_request *request;
	struct text body;
	uint64_t era;             /* of the watch */
	uint64_t before;          /* what the watch had reached when the round began */
	uint64_t revision;        /* R, 0 while unknown */
	long connection;          /* that brought "not older than R"; 0 for HTTP/1.1 */
	size_t taken;             /* bytes of BODY that were read */
	bool heard;               /* they had a change that was not written */
	uint64_t witness;         /* the change that they must have; 0 for none */
	bool attested;            /* they had it */
	struct when answered_at;  /* or when the witness came; WHEN_MIN until then */
	struct when last_open_at; /* it had not ended then */
};

struct proof_round {
	bool running;
	bool failed;
	struct when asked_at; /* by the wall clock */
	struct when began_at; /* by clocks.h (1) */
	int leader;           /* the resource whose R the others wait for */
	struct proof proofs[KUBE_RESOURCES];
};

struct proofs {
	const char *cluster; /* borrowed, as WATCHES and HTTP */
	struct watch *watches;
	struct http *http;
	int64_t interval_ns;
	struct proof_round rounds[PROOFS_ROUNDS];
	bool own_revisions[KUBE_RESOURCES]; /* not those of the other resources */
	struct retry retry;   /* when the next round may begin; failures of rounds in a row */
	struct when began_at; /* the last round, or the first turn; by clocks.h (1) */
	struct server_clock clock;
	bool unanswered;          /* a list timed out: the connection may be dead */
	struct when last_known;   /* of the last PROGRESS */
	struct when last_written; /* by clocks.h (1) */
	char problem[256];        /* why the last proof that failed did */
	uint64_t written;         /* PROGRESS */
	uint64_t done, failed;    /* rounds */
};

/* INTERVAL_NS is the longest time between two PROGRESS while all is well. */
void proofs_init(struct proofs *proofs, const char *cluster, int64_t interval_ns,
		 struct watch *watches, struct http *http, uint64_t seed);
/* Releases every request; every running round ends. */
void proofs_stop(struct proofs *proofs);
/* Takes the answers and sends requests. -1 after logging. */
int proofs_turn(struct proofs *proofs, const struct clocks *now);
/* True when there is a PROGRESS to write: adds it to RECORD. */
bool proofs_next(struct proofs *proofs, const struct clocks *now, struct text *record);

#endif
