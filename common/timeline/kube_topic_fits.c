#include "common/timeline/kube_topic_fits.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/base/when.h"
#include "common/bus/bus.h"
#include "common/program/log.h"
#include "common/topic/topic_reader.h"

/* A timeline that is rebuilt has what the topic has. As kube_topic_fits_check(). */
static int check_retention(struct topic_reader *reader, const char *address, int64_t retention_ns)
{
	int64_t retention_ms = retention_ns / NS_PER_MS;
	char kept[64], wanted[WHEN_TEXT_SIZE];

	if (retention_ms == 0)
		return EX_OK;
	if (topic_reader_setting(reader, "retention.ms", kept, sizeof(kept)) < 0)
		return EX_UNAVAILABLE;
	if (strtoll(kept, NULL, 10) < 0 || strtoll(kept, NULL, 10) >= retention_ms)
		return EX_OK;
	when_format_duration(retention_ns, wanted);
	log_error("%s: its retention.ms is %s, but --retention is %s: what the topic has lost "
		  "cannot be read again; raise retention.ms to at least %" PRId64,
		  address, kept, wanted, retention_ms);
	return EX_CONFIG;
}

int kube_topic_fits_check(struct topic_reader *reader, const char *address, int64_t retention_ns)
{
	int partitions = topic_reader_partitions(reader);
	char policy[64];

	if (!bus_is_kafka(address))
		return EX_OK;
	if (partitions != 1) {
		log_error("%s: has %d partitions; the order of a cluster's events matters, so it "
			  "must have 1",
			  address, partitions);
		return EX_CONFIG;
	}
	if (topic_reader_setting(reader, "cleanup.policy", policy, sizeof(policy)) < 0)
		return EX_UNAVAILABLE;
	if (strstr(policy, "compact") != NULL) {
		log_error("%s: cleanup.policy is %s, but compaction deletes the history that "
			  "answers need; set it to delete",
			  address, policy);
		return EX_CONFIG;
	}
	return check_retention(reader, address, retention_ns);
}
