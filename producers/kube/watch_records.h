/* watch_records.h - makes records of tenure.kube from what a watch's requests brought. */
#ifndef TENURE_KUBE_WATCH_RECORDS_H
#define TENURE_KUBE_WATCH_RECORDS_H

#include <stdbool.h>

#include "common/base/text.h"
#include "producers/kube/clocks.h"
#include "producers/kube/watch.h"

/* Adds the next record to RECORD, which is empty; false when there is none for now.
 * NOW was read after the bytes arrived. */
bool watch_records_next(struct watch *watch, const struct clocks *now, struct text *record);

#endif
