#include "common/timeline/timeline_metrics.h"

#include <inttypes.h>

#include "common/http/metrics.h"
#include "common/program/log.h"
#include "common/timeline/history/address_cache.h"
#include "common/timeline/history/sole_tenures.h"
#include "common/timeline/timeline_internal.h"

enum {
	KNOWN,
	RECORDS,
	CONTRADICTORY,
	EARLY,
	LAG,
	CACHE,
	REBUILT,
	STORE,
	UNSAVED,
};

static const struct metric table[] = {
	[KNOWN] = {"tenure_known_timestamp_seconds",
		   METRIC_GAUGE,
		   "Up to when the cluster is known.",
		   {0}},
	[RECORDS] = {"tenure_kube_records_total",
		     METRIC_COUNTER,
		     "Records of the kube topic, by what became of them.",
		     {"result"}},
	[CONTRADICTORY] =
		{"tenure_interfaces_contradictory_total",
		 METRIC_COUNTER,
		 "Interfaces that cannot be as the records say, by what contradicts them.",
		 {"reason"}},
	[EARLY] = {"tenure_interfaces_without_cluster_total",
		   METRIC_COUNTER,
		   "Records of interfaces whose cluster no other record had named: kept for it, or "
		   "refused.",
		   {"result"}},
	[LAG] = {"tenure_kube_consumer_lag",
		 METRIC_GAUGE,
		 "Offsets of the kube topic that were not read yet.",
		 {0}},
	[CACHE] = {"tenure_answer_cache_total",
		   METRIC_COUNTER,
		   "Questions to the cache of answers, by its result.",
		   {"result"}},
	[REBUILT] = {"tenure_store_rebuilds_total",
		     METRIC_COUNTER,
		     "Times the store was emptied and read again from the topic.",
		     {0}},
	[STORE] = {"tenure_store_bytes", METRIC_GAUGE, "Files of the store (--state).", {0}},
	[UNSAVED] = {"tenure_store_unsaved_bytes",
		     METRIC_GAUGE,
		     "What the store has in memory until it is saved.",
		     {0}},
};

static void add(struct text *out, int metric, const char *label, uint64_t value)
{
	metrics_add(out, &table[metric], &label, value);
}

void timeline_metrics_log(const struct timeline *timeline)
{
	struct timeline_stats stats = timeline_stats(timeline);
	const uint64_t *kinds = stats.contradictions;
	uint64_t contradictory = 0;

	for (int kind = 0; kind < CONTRADICTIONS; kind++)
		contradictory += kinds[kind];
	if (contradictory == 0 && stats.early_kept == 0 && stats.early_refused == 0)
		return;
	log_info("interfaces contradictory=%" PRIu64 " two_addresses=%" PRIu64
		 " two_interfaces=%" PRIu64 " two_pods=%" PRIu64 " second_interface=%" PRIu64
		 " without_cluster=%" PRIu64 " refused=%" PRIu64,
		 contradictory, kinds[CONTRADICTION_TWO_ADDRESSES],
		 kinds[CONTRADICTION_TWO_INTERFACES], kinds[CONTRADICTION_TWO_PODS],
		 kinds[CONTRADICTION_SECOND_INTERFACE], stats.early_kept, stats.early_refused);
}

static void add_memory(const struct timeline *timeline, struct text *out)
{
	struct database_size size = store_size(timeline->store);
	const struct table_use tables[] = {
		{"histories", address_cache_bytes(timeline->cache), ADDRESS_CACHE_BYTES},
		{"tenures", sole_tenures_bytes(timeline->sole_tenures), SOLE_TENURES_BYTES},
	};

	metrics_add_one(out, &table[STORE], size.disk);
	metrics_add_one(out, &table[UNSAVED], size.memory);
	metrics_add_table_bytes(out, tables, sizeof(tables) / sizeof(tables[0]));
}

void timeline_metrics_add(const struct timeline *timeline, const struct kube_topic *kube_topic,
			  struct text *out)
{
	struct timeline_stats stats = timeline_stats(timeline);
	int64_t behind = kube_topic == NULL ? -1 : kube_topic_behind(kube_topic);

	metrics_add_time(out, &table[KNOWN], timeline_position_progress(timeline).known);
	metrics_begin(out, &table[RECORDS]);
	add(out, RECORDS, "applied", stats.applied);
	add(out, RECORDS, "ignored", stats.ignored);
	add(out, RECORDS, "unreadable", stats.unreadable);
	metrics_begin(out, &table[CONTRADICTORY]);
	for (int kind = 0; kind < CONTRADICTIONS; kind++)
		add(out, CONTRADICTORY, contradiction_name((enum contradiction)kind),
		    stats.contradictions[kind]);
	metrics_begin(out, &table[EARLY]);
	add(out, EARLY, "kept", stats.early_kept);
	add(out, EARLY, "refused", stats.early_refused);
	if (behind >= 0)
		metrics_add_one(out, &table[LAG], (uint64_t)behind);
	metrics_begin(out, &table[CACHE]);
	add(out, CACHE, "hit", stats.cache_hits);
	add(out, CACHE, "miss", stats.cache_misses);
	if (kube_topic != NULL)
		metrics_add_one(out, &table[REBUILT], kube_topic_stats(kube_topic).rebuilt);
	add_memory(timeline, out);
}
