/* fault_judge.h - reads the output of tenure-kube that watches the fake API server, and knows what
 * is wrong with it. */
#ifndef TENURE_TEST_FAULT_JUDGE_H
#define TENURE_TEST_FAULT_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"
#include "common/record/kube_event.h"
#include "common/record/kube_resource.h"
#include "tests/unit/producers/kube/fake.h"

#define FAULT_JUDGE_GAPS 2000
#define FAULT_JUDGE_PROGRESS 2000

struct fault_judge_gap {
	enum kube_resource resource;
	struct when from, to;
	size_t index; /* of the record */
};

struct fault_judge_object {
	bool there, seen;
	uint64_t revision; /* 0 in a new order */
	size_t change;
};

/* What the judge has read of the output. */
struct fault_judge {
	size_t records;
	uint8_t *times; /* each change was written, outside lists */
	size_t *index;  /* of the record of the first time */
	struct fault_judge_gap gaps[FAULT_JUDGE_GAPS];
	size_t gap_count;
	size_t needless; /* GAPs without a cause in the server */
	size_t beside;   /* changes between the items of a list */
	struct {
		struct when known;
		size_t index;
	} progress[FAULT_JUDGE_PROGRESS];
	size_t progress_count;
	uint64_t sync[KUBE_RESOURCES]; /* the revision of the list under way, or 0 */
	bool synced[KUBE_RESOURCES];
	size_t first_list[KUBE_RESOURCES]; /* the changes that the first list covers */
	bool new_order[KUBE_RESOURCES];    /* docs/answers.md section 1 would see one */
	bool new_epoch[KUBE_RESOURCES];    /* a list said so */
	uint64_t greatest[KUBE_RESOURCES];
	bool promises_may_break;
	struct fault_judge_object state[KUBE_RESOURCES][FAKE_SLOTS];
};

/* After fake_start(). The caller frees it with fault_judge_free(). */
void fault_judge_init(struct fault_judge *judge);
void fault_judge_free(struct fault_judge *judge);
/* Takes the next record. */
void fault_judge_take(struct fault_judge *judge, const struct kube_event *event);
/* Fails the test unless each change was written once or is in a GAP, no PROGRESS promised what
 * had not been written, and the state that the records make is the server's. Returns how many
 * changes are only in a GAP. */
size_t fault_judge_check(const struct fault_judge *judge);
/* Of the last PROGRESS; WHEN_MIN for none. */
struct when fault_judge_known(const struct fault_judge *judge);

#endif
