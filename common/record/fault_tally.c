#include "common/record/fault_tally.h"

#include <inttypes.h>
#include <stddef.h>

#include "common/program/log.h"

void fault_tally_add(struct fault_tally *tally, const struct fault *fault, int32_t partition,
		     int64_t offset)
{
	if (tally->reasons[fault->reason].count++ > 0)
		return;
	tally->reasons[fault->reason].partition = partition;
	tally->reasons[fault->reason].offset = offset;
	tally->reasons[fault->reason].fault = *fault;
}

uint64_t fault_tally_count(const struct fault_tally *tally)
{
	uint64_t count = 0;

	for (size_t i = 0; i < FAULT_REASONS; i++)
		count += tally->reasons[i].count;
	return count;
}

void fault_tally_report(const struct fault_tally *tally, const char *address)
{
	for (size_t i = 0; i < FAULT_REASONS; i++) {
		const struct fault *fault = &tally->reasons[i].fault;

		if (tally->reasons[i].count == 0)
			continue;
		log_warn("%s: %" PRIu64 " records left out, %s; the first at partition %" PRId32
			 " offset %" PRId64 ": %s%sshould be %s",
			 address, tally->reasons[i].count, fault_name(fault->reason),
			 tally->reasons[i].partition, tally->reasons[i].offset, fault->member,
			 fault->member[0] == '\0' ? "it " : " ", fault->detail);
	}
}
