/* watch_records.h - turns what a watch's requests brought into records of tenure.kube. */
#ifndef TENURE_WATCH_RECORDS_H
#define TENURE_WATCH_RECORDS_H

#include <stdbool.h>

#include "common/base/text.h"
#include "producers/kube/clocks.h"
#include "producers/kube/watch.h"

/* Adds the next record to RECORD, which is empty; false when there is none for now.
 * NOW was read after the bytes had come. */
bool watch_records_next(struct watch *watch, const struct clocks *now, struct text *record);

#endif
