#include "common/timeline/kube_topic_fits.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/when.h"
#include "common/program/log.h"
#include "common/topic/topic_reader.h"

/* A timeline that is rebuilt has what the topic has. */
static bool is_kept(struct topic_reader *reader, const char *address, int64_t retention_ns)
{
	int64_t retention_ms = retention_ns / NS_PER_MS;
	char kept[64], wanted[WHEN_TEXT_SIZE];

	if (retention_ms == 0)
		return true;
	if (topic_reader_setting(reader, "retention.ms", kept, sizeof(kept)) < 0)
		return false;
	if (strtoll(kept, NULL, 10) < 0 || strtoll(kept, NULL, 10) >= retention_ms)
		return true;
	when_format_duration(retention_ns, wanted);
	log_error("%s: its retention.ms is %s, but --retention is %s: what the topic has lost "
		  "cannot be read again; raise retention.ms to at least %" PRId64,
		  address, kept, wanted, retention_ms);
	return false;
}

bool kube_topic_fits(struct topic_reader *reader, const char *address, int64_t retention_ns)
{
	int partitions = topic_reader_partitions(reader);
	char policy[64];

	if (partitions != 1) {
		log_error("%s: has %d partitions; the order of a cluster's events matters, so it "
			  "must have 1",
			  address, partitions);
		return false;
	}
	if (topic_reader_setting(reader, "cleanup.policy", policy, sizeof(policy)) < 0)
		return false;
	if (strstr(policy, "compact") != NULL) {
		log_error("%s: cleanup.policy is %s, but compaction deletes the history that "
			  "answers need; set it to delete",
			  address, policy);
		return false;
	}
	return is_kept(reader, address, retention_ns);
}
