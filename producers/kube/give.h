/* give.h - turns what a watch's requests brought into records of tenure.kube. */
#ifndef TENURE_KUBE_GIVE_H
#define TENURE_KUBE_GIVE_H

#include <stdbool.h>

#include "common/text.h"
#include "common/when.h"
#include "producers/kube/watch.h"

/* Adds the next record to RECORD, which is empty; false when there is none for now.
 * NOW is when the bytes were there, and never goes back. */
bool give_next(struct watch *watch, struct when now, struct text *record);

#endif
