/* kube_reading.h - reads the members of a kube record by type, and says which one is at fault.
 *
 * (1) null counts as absent.
 * (2) A function that returns false has filled the fault. MEMBER is the value's path in the record.
 */
#ifndef TENURE_KUBE_READING_H
#define TENURE_KUBE_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/plain.h"
#include "common/base/value.h"
#include "common/base/when.h"
#include "common/record/fault.h"

/* One record while it is read. */
struct kube_reading {
	struct plain *plain; /* keeps the texts */
	struct fault *fault;
};

/* Fills the fault and returns false. */
bool kube_reading_refuse(struct kube_reading *reading, enum fault_reason reason,
			 const char *member);
bool kube_reading_is_absent(struct value value);
/* Sets *TEXT, without data if VALUE is absent. False if it is not a text. */
bool kube_reading_text(struct kube_reading *reading, struct value value, const char *member,
		       struct span *text);
/* As kube_reading_text(), into an array of SIZE bytes, "" if VALUE is absent. False also if it is too
 * long. */
bool kube_reading_copy(struct kube_reading *reading, struct value value, const char *member,
		       char *to, size_t size);
/* Leaves *MOMENT alone if VALUE is absent, which is refused if it is REQUIRED. */
bool kube_reading_when(struct kube_reading *reading, struct value value, const char *member,
		       bool required, struct when *moment);

/* Copies TEXT, cut to SIZE, with a NUL. */
void kube_reading_cut(struct span text, char *to, size_t size);
/* A revision is a decimal integer without leading zeros (KEP-5504). Any other text is 0,
 * and then records are taken in order of arrival. */
uint64_t kube_reading_revision(struct span text);

#endif
