/* evidence.h - what a proof (proofs.h) means for a watch: it advances the watch, or the watch
 * owes a change that the proof's stream has brought. Pure. */
#ifndef TENURE_KUBE_EVIDENCE_H
#define TENURE_KUBE_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/when.h"
#include "producers/kube/clocks.h"
#include "producers/kube/watch.h"

/* True when a proof may start from REVISION. */
bool evidence_provable(const struct watch *watch);
/* True while the list is under way after which one may. */
bool evidence_is_listed(const struct watch *watch);
/* Takes over what an earlier run knew of a watch that resumes; 0 for nothing. */
void evidence_resume(struct watch *watch, uint64_t proved, struct when sure, uint64_t witness);
/* A proof of ERA has shown that there is no other change up to REVISION, which covers
 * everything committed before KNOWN. */
void evidence_prove(struct watch *watch, uint64_t era, uint64_t revision, struct when known);
/* A proof has brought a change of REVISION, so the watch's own stream must bring it too. */
void evidence_owe(struct watch *watch, uint64_t revision, const struct clocks *now);
/* True when an open watch owes something and has been silent for 2 s, or has taken very long
 * for one line. */
bool evidence_stalled(const struct watch *watch, const struct clocks *now);

#endif
