/* fault_tally.h - how many records could not be read, by reason, and the first of each. */
#ifndef TENURE_FAULT_TALLY_H
#define TENURE_FAULT_TALLY_H

#include <stdint.h>

#include "common/record/fault.h"

/* Zero at first. */
struct fault_tally {
	struct {
		uint64_t count;
		int32_t partition; /* this and what follows: of the first */
		int64_t offset;
		struct fault fault;
	} reasons[FAULT_REASONS];
};

void fault_tally_add(struct fault_tally *tally, const struct fault *fault, int32_t partition,
		     int64_t offset);
uint64_t fault_tally_count(const struct fault_tally *tally);
/* Logs a warning for each reason: ADDRESS, how many were left out, and where the first is. */
void fault_tally_report(const struct fault_tally *tally, const char *address);

#endif
