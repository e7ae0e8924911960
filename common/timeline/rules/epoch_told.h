/* epoch_told.h - what one record of a pod says of the pod's newest epoch (docs/answers.md section 3). Pure. */
#ifndef TENURE_EPOCH_TOLD_H
#define TENURE_EPOCH_TOLD_H

#include <stdbool.h>

#include "common/base/when.h"
#include "common/timeline/rules/epoch.h"

/* RECORD shows another address of a family in which EPOCH has one. */
bool told_moved(const struct epoch *epoch, const struct pod_record *record);
/* A container has started that no epoch of FOLD has shown. */
bool told_fresh(const struct pod_fold *fold, const struct pod_record *record);

/* A kubelet that was started again wrote RECORD: takes from it, as FOLD remembers, what is as of that start. */
void told_again(struct pod_fold *fold, struct pod_record *record);

/* The sandbox of EPOCH died, whatever runs; and nothing runs. */
bool told_dead(const struct epoch *epoch, const struct pod_record *record);
bool told_gone(const struct epoch *epoch, const struct pod_record *record);
/* The sandbox is another one than that of the epoch with the evidence OLD. */
bool told_newer_sandbox(const struct evidence *old, const struct pod_record *record);
/* Every container was started again, and nobody tells of the sandbox, so nothing shows that it
 * outlived them. DELETED: the record is the pod's last. */
bool told_restarted(const struct epoch *epoch, const struct pod_record *record, bool deleted);

/* The kubelet that wrote RECORD had released every address of the pod; the address of EPOCH. */
bool told_released(const struct pod_record *record);
bool told_finished(const struct epoch *epoch, const struct pod_record *record);
/* Nothing says that the pod is over. */
bool told_alive(const struct epoch *epoch, const struct pod_record *record, bool deleted);

/* The greatest finishedAt that is the epoch's, RECORD's included; WHEN_MIN if there is none. */
struct when told_newest_finish(const struct epoch *epoch, const struct pod_record *record);

#endif
