/* epoch_unpublished.h - when a pod may have had an address that no record shows (docs/answers.md
 * section 6). Pure.
 */
#ifndef TENURE_EPOCH_UNPUBLISHED_H
#define TENURE_EPOCH_UNPUBLISHED_H

#include "common/timeline/rules/epoch.h"

/* Brings the pod's statement up to the record that FOLD has folded, which came at RECEIVED. GONE:
 * the pod is deleted, absent or in a terminal phase; RELEASED: by its kubelet, address and all. */
void epoch_unpublished_fold(struct pod_fold *fold, bool gone, bool released, struct when received);

/* The record RECORD, which came at RECEIVED, leaves no epoch open: what it says of the sandbox is of one whose address was
 * never reported. */
void epoch_unpublished_sandbox(struct pod_fold *fold, const struct pod_record *record,
			       struct when received);

/* The record began an epoch: fills FOLD->before if another sandbox, whose address was never
 * reported, came before that epoch's. */
void epoch_unpublished_before(struct pod_fold *fold);

#endif
