/* retention.h - what a cluster forgets (docs/answers.md section 1, "Horizon").
 *
 * What ends is noted under the first horizon that is later. Once the cluster's horizon is there,
 * each PROGRESS removes some of what was noted (forget.h), in the batch of its record. No answer
 * depends on whether a row that is past the horizon was removed already.
 *
 * (1) Without a retention nothing is noted.
 * (2) OFFSET is that of the record that ended it. What no position may be asked for sees
 *     differently is removed; the rest is noted again for the next horizon.
 */
#ifndef TENURE_RETENTION_H
#define TENURE_RETENTION_H

#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/span.h"
#include "common/base/when.h"
#include "common/record/kube_resource.h"
#include "common/timeline/store/cluster.h"
#include "common/timeline/store/rows.h"
#include "common/timeline/store/store.h"

/* What has ended, and by when. */
struct ended {
	struct when received;
	uint64_t offset;
};

/* All return -1 after logging. */

/* A binding or a membership of IP has ended. */
int retention_note_address(const struct cluster *cluster, struct store *store, struct ended ended,
			   const struct ip *ip);
/* The object UID is deleted or absent. */
int retention_note_object(const struct cluster *cluster, struct store *store, struct ended ended,
			  enum kube_resource resource, struct span uid);
/* NAME in TABLE has got another version. */
int retention_note_version(const struct cluster *cluster, struct store *store, struct ended ended,
			   enum row_table table, struct span name);
/* The pod UID has this owner, which is not forgotten before the pod. */
int retention_note_owner(const struct cluster *cluster, struct store *store, struct span owner,
			 struct span uid);
/* The row of ENDED.offset confirms SEQUENCE up to ENDED.received. What is before the horizon proves nothing at any
 * position, so (2) is not for this one and the next. */
int retention_note_confirmed(const struct cluster *cluster, struct store *store, struct ended ended,
			     uint64_t sequence);
/* The records of RUN told nothing later than LATEST: what they left open is past with it. BEFORE is what was noted
 * so, or WHEN_MIN. */
int retention_note_run(const struct cluster *cluster, struct store *store, struct when before,
		       struct when latest, uint64_t run);

/* After an accepted PROGRESS: moves the horizon, and removes some of what is past it. */
int retention_sweep(struct cluster *cluster, struct store *store);

#endif
