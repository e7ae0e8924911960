#include "enricher/enrich_status.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/http/http_health.h"
#include "common/http/metrics.h"
#include "common/program/log.h"
#include "common/timeline/timeline_metrics.h"

/* ---- The log ---- */

static void report_tags(const struct alignment *a)
{
	const struct tagger_stats *t = &a->tagger.stats;

	if (a->options->revise_ns > 0)
		log_info("flows read=%" PRIu64 " waited=%" PRIu64 " corrected=%" PRIu64
			 " confirmed=%" PRIu64 " unrevised=%" PRIu64 " outside_window=%" PRIu64,
			 a->stats.read, a->stats.waited, t->corrected, t->confirmed,
			 a->stats.unrevised, a->stats.outside);
	else
		log_info("flows read=%" PRIu64 " waited=%" PRIu64 " tagged=%" PRIu64
			 " provisional=%" PRIu64 " outside_window=%" PRIu64 " ends known=%" PRIu64
			 " unknown=%" PRIu64 " ambiguous=%" PRIu64,
			 a->stats.read, a->stats.waited, t->tagged, t->provisional,
			 a->stats.outside, t->known, t->unknown, t->ambiguous);
}

void enrich_status_log(const struct alignment *a)
{
	const struct tagger_stats *t = &a->tagger.stats;
	struct exchange_stats e = {0};
	struct kube_topic_stats k = {0};
	struct timeline_stats l = timeline_stats(a->timeline);

	if (a->kube_topic != NULL)
		k = kube_topic_stats(a->kube_topic);
	if (a->exchange != NULL) {
		e = exchange_stats(a->exchange);
		report_tags(a);
	}
	log_info("commits=%" PRIu64 " aborts=%" PRIu64 " timestamps_limited=%" PRIu64, e.commits,
		 e.aborts, e.timestamps_limited);
	log_info("kube records=%" PRIu64 " applied=%" PRIu64 " ignored=%" PRIu64
		 " unreadable=%" PRIu64 " progress_refused=%" PRIu64 " rebuilt=%" PRIu64,
		 k.records, l.applied, l.ignored, l.unreadable, l.progress_refused, k.rebuilt);
	timeline_metrics_log(a->timeline);
	for (int i = 0; i < FAULT_REASONS; i++)
		if (t->rejected[i] > 0)
			log_info("rejected %s=%" PRIu64, fault_name((enum fault_reason)i),
				 t->rejected[i]);
	if (l.values_refused > 0)
		log_warn("%" PRIu64
			 " values of labels and annotations were skipped: they are longer "
			 "than %d bytes",
			 l.values_refused, KEPT_VALUE_BYTES);
}

/* ---- Readiness ---- */

static bool is_fresh(const struct alignment *a, struct text *out)
{
	struct when known = timeline_position_progress(a->timeline).known, now = when_now();
	bool stalled = hold_policy_is_stalled(&a->policy, now);
	char text[WHEN_TEXT_SIZE];

	if (a->policy.bounded) {
		http_health_condition(out, true, "the kube records are complete");
		return true;
	}
	if (when_is_min(known)) {
		http_health_condition(out, false, "the kube topic has no PROGRESS yet");
		return false;
	}
	if (stalled || hold_policy_is_old(&a->policy, known, now)) {
		when_format(known, text);
		text_add_format(out, "[-] the cluster is known only to %s: %s\n", text,
				stalled && !a->policy.patient ? "answers are provisional"
							      : "flows wait");
		return false;
	}
	http_health_condition(out, true, "the cluster becomes known as time passes");
	return true;
}

/* One that was given no partition, because others have all of them, is ready: it does what the group wants of it, and takes
 * over when another ends. One that the group has not answered is not: nobody may read its partitions. */
static bool has_share(const struct alignment *a, struct text *out)
{
	bool settled = a->exchange != NULL && exchange_is_settled(a->exchange);
	bool some = a->exchange != NULL && exchange_partitions(a->exchange) > 0;

	http_health_condition(out, settled,
			      !settled ? "the consumer group has not assigned partitions"
			      : some   ? "there are partitions to read"
				     : "other instances read every partition; this one stands by");
	return settled;
}

static bool is_ready(void *user, struct text *out)
{
	const struct enrich_status *status = user;
	const struct alignment *a = status->alignment;
	bool assigned, fresh;

	http_health_condition(out, status->caught_up,
			      status->caught_up ? "the kube topic was read to its end"
						: "the kube topic has not been read to its end");
	assigned = has_share(a, out);
	fresh = is_fresh(a, out);
	return status->caught_up && assigned && fresh;
}

/* ---- Metrics ---- */

enum {
	BUILD,
	RECEIVED,
	TAGGED,
	REJECTED,
	OUTSIDE,
	ENDS,
	PROVISIONAL,
	WAITED,
	CORRECTED,
	CONFIRMED,
	UNREVISED,
	COMMITS,
	ABORTS,
	PARTITIONS,
	LAG,
	READ_TO,
};

static const struct metric table[] = {
	[BUILD] = {"tenure_build_info",
		   METRIC_GAUGE,
		   "The version that runs.",
		   {"program", "version"}},
	[RECEIVED] = {"tenure_flows_received_total", METRIC_COUNTER, "Flows that were read.", {0}},
	[TAGGED] = {"tenure_flows_tagged_total", METRIC_COUNTER, "Flows that were tagged.", {0}},
	[REJECTED] = {"tenure_flows_rejected_total",
		      METRIC_COUNTER,
		      "Flows that were rejected, by the reason in their record.",
		      {"reason"}},
	[OUTSIDE] = {"tenure_flows_outside_window_total",
		     METRIC_COUNTER,
		     "Flows outside --since and --until.",
		     {0}},
	[ENDS] = {"tenure_ends_total",
		  METRIC_COUNTER,
		  "Ends of tagged flows, translated ones too, by status and reason; a known end "
		  "has no reason.",
		  {"status", "reason"}},
	[PROVISIONAL] = {"tenure_flows_provisional_total",
			 METRIC_COUNTER,
			 "Tagged flows whose answer is provisional.",
			 {0}},
	[WAITED] = {"tenure_flows_waited_total",
		    METRIC_COUNTER,
		    "Flows that waited until the cluster was known at their end.",
		    {0}},
	[CORRECTED] = {"tenure_flows_corrected_total",
		       METRIC_COUNTER,
		       "Answers that --revise corrected.",
		       {0}},
	[CONFIRMED] = {"tenure_flows_confirmed_total",
		       METRIC_COUNTER,
		       "Answers that --revise found unchanged.",
		       {0}},
	[UNREVISED] = {"tenure_flows_unrevised_total",
		       METRIC_COUNTER,
		       "Answers that --revise could not ask for again.",
		       {0}},
	[COMMITS] = {"tenure_commits_total",
		     METRIC_COUNTER,
		     "Transactions that were committed.",
		     {0}},
	[ABORTS] = {"tenure_aborts_total",
		    METRIC_COUNTER,
		    "Transactions that were aborted; their flows were read again.",
		    {0}},
	[PARTITIONS] = {"tenure_partitions", METRIC_GAUGE, "Partitions of flows to read.", {0}},
	[LAG] = {"tenure_kafka_consumer_lag",
		 METRIC_GAUGE,
		 "Offsets of flows that were not read yet.",
		 {"topic", "partition"}},
	[READ_TO] = {"tenure_flows_timestamp_seconds",
		     METRIC_GAUGE,
		     "The latest end of the flows that were read, of each partition.",
		     {"topic", "partition"}},
};

static void add_one_label(struct text *out, int metric, const char *value, uint64_t count)
{
	metrics_add(out, &table[metric], (const char *[]){value}, count);
}

static void add_ends(const struct answer_tally *ends, struct text *out)
{
	metrics_begin(out, &table[ENDS]);
	metrics_add(out, &table[ENDS], (const char *[]){"known", ""}, ends->known);
	for (size_t i = 0; i < ANSWER_TALLY_REASONS && ends->others[i].reason != NULL; i++)
		metrics_add(out, &table[ENDS],
			    (const char *[]){ends->others[i].status, ends->others[i].reason},
			    ends->others[i].count);
}

static void add_flows(const struct alignment *a, struct text *out)
{
	const struct tagger_stats *t = &a->tagger.stats;

	metrics_add_one(out, &table[RECEIVED], a->stats.read);
	metrics_add_one(out, &table[TAGGED], t->tagged);
	metrics_begin(out, &table[REJECTED]);
	for (int i = 0; i < FAULT_REASONS; i++)
		add_one_label(out, REJECTED, fault_name((enum fault_reason)i), t->rejected[i]);
	metrics_add_one(out, &table[OUTSIDE], a->stats.outside);
	add_ends(&t->ends, out);
	metrics_add_one(out, &table[PROVISIONAL], t->provisional);
	metrics_add_one(out, &table[WAITED], a->stats.waited);
	if (a->options->revise_ns == 0)
		return;
	metrics_add_one(out, &table[CORRECTED], t->corrected);
	metrics_add_one(out, &table[CONFIRMED], t->confirmed);
	metrics_add_one(out, &table[UNREVISED], a->stats.unrevised);
}

/* For each partition, where its number is known. */
static void add_partitions(const struct enrich_status *status, struct text *out)
{
	const struct exchange *exchange = status->alignment->exchange;
	const char *topic = bus_topic(status->settings->flows.values[0]);

	for (int metric = LAG; metric <= READ_TO; metric++) {
		metrics_begin(out, &table[metric]);
		for (size_t i = 0; i < exchange_partitions(exchange); i++) {
			char text[16];
			const char *labels[] = {topic, text};
			int64_t behind;
			int32_t number = exchange_partition(exchange, i, &behind);
			struct when ended = alignment_read_to(status->alignment, number);

			snprintf(text, sizeof(text), "%" PRId32, number);
			if (metric == READ_TO)
				metrics_add_moment(out, &table[metric], labels, ended);
			else if (behind >= 0)
				metrics_add(out, &table[metric], labels, (uint64_t)behind);
		}
	}
}

static void add_exchange(const struct enrich_status *status, struct text *out)
{
	const struct exchange *exchange = status->alignment->exchange;
	struct exchange_stats e = exchange_stats(exchange);

	metrics_add_one(out, &table[COMMITS], e.commits);
	metrics_add_one(out, &table[ABORTS], e.aborts);
	metrics_add_one(out, &table[PARTITIONS], exchange_partitions(exchange));
	add_partitions(status, out);
}

static void add_metrics(void *user, struct text *out)
{
	const struct enrich_status *status = user;
	const struct alignment *a = status->alignment;

	metrics_add_build(out, &table[BUILD], "tenure-enrich");
	add_flows(a, out);
	if (a->exchange != NULL)
		add_exchange(status, out);
	timeline_metrics_add(a->timeline, a->kube_topic, out);
}

static void log_counters(void *user)
{
	const struct enrich_status *status = user;

	enrich_status_log(status->alignment);
}

void enrich_status_init(struct enrich_status *status, const struct alignment *alignment,
			const struct exchange_settings *settings)
{
	*status = (struct enrich_status){
		.alignment = alignment,
		.settings = settings,
		.source = {.user = status,
			   .is_ready = is_ready,
			   .add_metrics = add_metrics,
			   .log_counters = log_counters},
	};
}
