/* fault_script.h - tenure-kube's watches on the fake API server, on a virtual clock. */
#ifndef TENURE_TEST_FAULT_SCRIPT_H
#define TENURE_TEST_FAULT_SCRIPT_H

#include <stdint.h>

#include "common/base/text.h"
#include "producers/kube/access.h"
#include "producers/kube/resume.h"
#include "producers/kube/watches.h"
#include "tests/unit/producers/kube/fake_api.h"
#include "tests/unit/producers/kube/fault_judge.h"

struct fault_script {
	struct watches_options options;
	struct access access;
	struct resume resume;
	struct watches *watches;
	struct fault_judge judge;
	struct text record;
	uint64_t seed;
	uint64_t activity; /* of the cluster: 0 for none, 1 for 9 changes a second */
	int kill_after;    /* records; the watches then start again. -1: not */
};

/* A cluster with some objects, and the watches have begun. NULL if out of memory. */
struct fault_script *fault_script_start(uint64_t seed, bool multiplexed, int64_t sync_interval_ns);
/* Lets MS pass. */
void fault_script_run(struct fault_script *script, int64_t ms);
/* Lets a long time pass without faults, then judges and frees the script. Returns how many
 * changes are only in a GAP. */
size_t fault_script_end(struct fault_script *script);

#endif
