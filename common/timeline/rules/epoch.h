/* epoch.h - folds the records of one pod, one by one, into the epochs of its addresses. Pure.
 *
 * docs/answers.md section 3 has the rules. One sandbox is one epoch; every record of the pod
 * is folded into the newest epoch, even after that has ended.
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

/* A kubelet reports at most one address per family; annotations may list more. So many of each. */
#define EPOCH_ADDRESSES_MAX 16
#define POD_ANNOTATIONS_MAX 4 /* in which network plugins write a pod's addresses */
/* Two times for each state; a pod of more than 120 containers is refused. */
#define POD_TIMES_MAX 256

enum pod_sandbox { POD_SANDBOX_UNTOLD, POD_SANDBOX_TRUE, POD_SANDBOX_FALSE };

/* One record of a pod that is not on its host's network, as plain values. Node times are
 * already bounded by the creation and `received`. */
struct pod_record {
	struct ip addresses[EPOCH_ADDRESSES_MAX];
	size_t address_count;
	struct ip secondary[EPOCH_ADDRESSES_MAX]; /* of its further networks (secondary.h) */
	size_t secondary_count;
	enum pod_sandbox sandbox;
	struct when sandbox_changed; /* WHEN_MIN when the condition has no time */
	bool published;              /* the kubelet told an address, not only the network plugin */
	bool annotation_emptied;     /* the network plugin removed the address */
	bool node_gone;              /* no Node object of its node is there */
	bool foreign;                /* others ended the pod, so its phase proves nothing */
	bool terminal;               /* phase Succeeded or Failed */
	bool running;                /* a container has state.running */
	bool all_terminated;
	bool terminating;
	uint64_t node;
	uint64_t identity;          /* see struct evidence */
	struct when least_start;    /* status.startTime, or what counts for it */
	struct when start_time;     /* the later of that and the creation */
	struct when written_again;  /* a startTime that counts for neither; WHEN_MIN for none */
	struct when first_running;  /* the least startedAt of what runs, WHEN_MAX for none */
	struct when newest_running; /* what last_running takes from this record */
	struct when newest_started; /* the greatest startedAt, lastState's too; WHEN_MIN for none */
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
	struct when previous_started; /* the latest startedAt that earlier epochs have shown */
};

/* When the pod may have had an address that no record shows (section 6). Once it has published an
 * address, what came before that sandbox is a statement of its own. */
struct unpublished {
	bool there;
	bool released; /* its kubelet reported it as finished at UNTIL */
	struct when from;
	struct when until; /* WHEN_MAX while open */
	struct when dead;  /* its sandbox was gone then; WHEN_MAX if that was not told */
	/* It had its last address until `hold` before; WHEN_MIN: not known. */
	struct when held_known;
	uint64_t node;
};

struct pod_fold {
	bool has_epoch;
	struct epoch epoch;         /* the newest */
	bool foreign;               /* see struct pod_record */
	struct when written_again;  /* the same, of the last record that has one */
	struct when newest_started; /* the latest startedAt that the epochs have shown */
	struct when start_time;     /* of the newest record that has one */
	struct unpublished unpublished;
	struct unpublished
		before; /* an earlier sandbox than the one that the last record published */
	struct when unpublished_ready; /* the first sandbox that had no address yet */
};

struct pod_fold pod_fold_none(void);

/* When a record came. */
struct arrival {
	struct when received;
	struct when known; /* `known` of the last PROGRESS before it, WHEN_MIN for none */
	uint64_t offset;
};

/* Folds the record that came at ARRIVAL into FOLD, and completes it with what FOLD knows. If it begins an epoch after another one,
 * returns true and sets *ENDED to the final state of that other one. */
bool pod_fold_record(struct pod_fold *fold, struct pod_record *record, bool deleted,
		     const struct arrival *arrival, struct epoch *ended);

/* The pod is absent from a list that was complete at ARRIVAL. */
void pod_fold_absent(struct pod_fold *fold, const struct arrival *arrival);

/* The Node object of its node is gone as of ARRIVAL: the newest epoch, which is open, ends. */
void pod_fold_node_gone(struct pod_fold *fold, const struct arrival *arrival);

#endif
