/* epoch.h - what the records of one pod tell of its addresses, folded one by one.
 *
 * docs/answers.md section 3 is the meaning. One sandbox is one epoch; the newest one
 * takes in every record of the pod, also after it ended. Pure: plain values in and out.
 *
 * (1) The evidence of an epoch before the newest never changes again.
 * (2) An epoch that ended never opens again; "lost" may still become "finished".
 */
#ifndef TENURE_EPOCH_H
#define TENURE_EPOCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"
#include "common/base/when.h"
#include "common/timeline/rules/binding.h"

/* A pod has at most one address a family from a kubelet; annotations may list more. */
#define EPOCH_ADDRESSES_MAX 16
/* Two times for each state; a pod of more than 120 containers is refused. */
#define POD_TIMES_MAX 256

enum pod_sandbox { POD_SANDBOX_UNTOLD, POD_SANDBOX_TRUE, POD_SANDBOX_FALSE };

/* One record of a pod that is not on its host's network, as plain values. */
struct pod_record {
	struct ip addresses[EPOCH_ADDRESSES_MAX];
	size_t address_count;
	enum pod_sandbox sandbox;
	struct when sandbox_changed; /* WHEN_MIN when the condition has no time */
	bool annotation_emptied;     /* the network plugin said that the address is gone */
	bool terminal;               /* phase Succeeded or Failed */
	bool running;                /* a container has state.running */
	bool all_terminated;
	bool terminating;
	uint64_t node;
	struct when kubelet_saw;    /* status.startTime */
	struct when start_time;     /* that, else the creation */
	struct when first_running;  /* the least startedAt of what runs, WHEN_MAX for none */
	struct when newest_running; /* what last_running takes from this record */
	struct when started[POD_TIMES_MAX]; /* startedAt of what runs or is terminated */
	size_t started_count;
	struct when finished[POD_TIMES_MAX]; /* finishedAt, lastState's too */
	size_t finished_count;
};

struct epoch {
	uint64_t number; /* the offset of the record that began it */
	struct ip addresses[EPOCH_ADDRESSES_MAX];
	size_t address_count;
	struct evidence evidence;
	struct when previous_ready; /* sandbox_ready and sandbox_gone of the epoch before */
	struct when previous_gone;
};

/* When the pod may have had an address that nothing tells of (section 6). */
struct unpublished {
	bool there;
	struct when from;
	struct when until; /* WHEN_MAX while it lasts */
};

struct pod_fold {
	bool has_epoch;
	struct epoch epoch; /* the newest */
	bool terminal;      /* in the last record */
	struct when kubelet_saw;
	struct unpublished unpublished;
};

struct pod_fold pod_fold_none(void);

/* Takes the record at OFFSET into FOLD. When that begins an epoch after another one,
 * *ENDED is that other one as it stays for ever and true is returned. -1 as address
 * count is never seen here: a record with too many addresses was refused before. */
bool pod_fold_record(struct pod_fold *fold, const struct pod_record *record, bool deleted,
		     struct when received, uint64_t offset, struct epoch *ended);

/* The pod was absent from a list that was complete at RECEIVED. */
void pod_fold_absent(struct pod_fold *fold, struct when received);

#endif
