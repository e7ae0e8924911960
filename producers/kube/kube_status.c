#include "producers/kube/kube_status.h"

#include <inttypes.h>

#include "common/http/http_health.h"
#include "common/http/metrics.h"
#include "common/program/log.h"

/* ---- The log ---- */

void kube_status_log(const struct watches *watches)
{
	struct watches_state state;
	const struct watch_stats *stats = &state.stats;

	watches_get_state(watches, &state);
	log_info("changes=%" PRIu64 " items=%" PRIu64 " syncs=%" PRIu64 " gaps=%" PRIu64
		 " bookmarks=%" PRIu64 " progress=%" PRIu64 " "
		 "rounds_failed=%" PRIu64 " late=%" PRIu64 " stalls=%" PRIu64 " duplicates=%" PRIu64
		 " unreadable=%" PRIu64 " too_large=%" PRIu64 " "
		 "requests=%" PRIu64 " requests_failed=%" PRIu64 " reconnects=%" PRIu64,
		 stats->changes, stats->items, stats->syncs, stats->gaps, stats->bookmarks,
		 state.progress, state.rounds_failed, stats->late, stats->stalls, stats->duplicates,
		 stats->unreadable, stats->too_large, stats->requests, stats->failures,
		 state.reconnects);
}

static const char *const phases[] = {
	[KUBE_JOINING] = "it is not decided yet which process writes",
	[KUBE_STANDING_BY] = "another process writes; this one stands by",
	[KUBE_RESUMING] = "the end of the topic is being read",
	[KUBE_LEADING] = "this process writes",
};

static void log_counters(void *user)
{
	const struct kube_status *status = user;

	if (status->watches != NULL)
		kube_status_log(status->watches);
	else
		log_info("%s", phases[status->phase]);
}

/* ---- Readiness ---- */

static bool add_watches(const struct watches_state *state, struct text *out)
{
	bool all = true;

	for (int r = 0; r < KUBE_RESOURCES; r++) {
		const char *name = kube_resource_name((enum kube_resource)r);
		bool good = state->open[r] || state->left_out[r];

		all = all && good;
		text_add_format(out, "[%c] the watch of %s is %s\n", good ? '+' : '-', name,
				state->open[r] ? "open"
				: state->left_out[r]
					? "left out: the server or the account has none"
					: "not open");
	}
	return all;
}

/* Whether the output has what was written. A broker may take its time. */
static bool add_delivery(const struct kube_status *status, const struct watches_state *state,
			 struct text *out)
{
	int64_t waits_ns = when_since(when_steady(), status->delivered_at);
	bool first = when_is_min(status->known);
	bool away = when_before(status->known, state->known) && waits_ns >= KUBE_STATUS_STALL_NS;

	if (away && !first)
		text_add_format(out, "[-] the output has taken no PROGRESS for %" PRId64 " s\n",
				waits_ns / NS_PER_SECOND);
	else
		http_health_condition(out, !first,
				      first ? "the output has no PROGRESS of this process yet"
					    : "the output takes PROGRESS");
	return !first && !away;
}

/* A process that stands by is ready: it has nothing to do, and nobody waits for it. One that only believes that it does
 * is not: nobody may be writing. */
static bool is_ready(void *user, struct text *out)
{
	const struct kube_status *status = user;
	struct watches_state state;
	bool open, moving, delivered;

	if (status->watches == NULL) {
		open = status->phase == KUBE_STANDING_BY;
		http_health_condition(out, open, phases[status->phase]);
		return open;
	}
	watches_get_state(status->watches, &state);
	open = add_watches(&state, out);
	moving = !when_is_min(state.known) && !state.standing;
	http_health_condition(out, moving,
			      moving                     ? "PROGRESS is written"
			      : when_is_min(state.known) ? "no PROGRESS was written yet"
							 : "no PROGRESS was written for a while");
	delivered = add_delivery(status, &state, out);
	return open && moving && delivered;
}

/* ---- Metrics ---- */

enum {
	BUILD,
	LEADING,
	RECORDS,
	IGNORED,
	GAPS,
	STALLS,
	LATE,
	ROUNDS,
	REQUESTS,
	FAILURES,
	RECONNECTS,
	OPEN,
	REFUSED,
	AHEAD,
	KNOWN,
};

static const struct metric table[] = {
	[BUILD] = {"tenure_build_info",
		   METRIC_GAUGE,
		   "The version that runs.",
		   {"program", "version"}},
	[LEADING] = {"tenure_kube_leading",
		     METRIC_GAUGE,
		     "1 while this process writes, 0 while it stands by.",
		     {0}},
	[RECORDS] = {"tenure_kube_written_total",
		     METRIC_COUNTER,
		     "What was written, by kind: changes, items of lists, whole lists, PROGRESS.",
		     {"kind"}},
	[IGNORED] = {"tenure_kube_ignored_total",
		     METRIC_COUNTER,
		     "What the server sent and the topic does not need or cannot have, by reason.",
		     {"reason"}},
	[GAPS] = {"tenure_kube_gaps_total",
		  METRIC_COUNTER,
		  "Times that history was lost, each declared in the topic.",
		  {0}},
	[STALLS] = {"tenure_kube_stalls_total",
		    METRIC_COUNTER,
		    "Open watches that did not bring what another stream had brought.",
		    {0}},
	[LATE] = {"tenure_kube_late_total",
		  METRIC_COUNTER,
		  "Changes that came after a PROGRESS had promised that there were none.",
		  {0}},
	[ROUNDS] = {"tenure_kube_proofs_failed_total",
		    METRIC_COUNTER,
		    "Proofs of progress that failed.",
		    {0}},
	[REQUESTS] = {"tenure_kube_requests_total",
		      METRIC_COUNTER,
		      "Requests to the API server.",
		      {0}},
	[FAILURES] = {"tenure_kube_requests_failed_total",
		      METRIC_COUNTER,
		      "Requests that did not get what they asked for.",
		      {0}},
	[RECONNECTS] = {"tenure_kube_reconnects_total",
			METRIC_COUNTER,
			"Times that a dead connection was given up.",
			{0}},
	[OPEN] = {"tenure_kube_watch_open",
		  METRIC_GAUGE,
		  "1 while the watch of a resource is open.",
		  {"resource"}},
	[REFUSED] = {"tenure_kube_watch_refused",
		     METRIC_GAUGE,
		     "1 while the account may not list or watch a resource.",
		     {"resource"}},
	[AHEAD] = {"tenure_kube_clock_ahead_seconds",
		   METRIC_GAUGE,
		   "How far this machine's clock is at least ahead of the API server's; negative "
		   "if it is behind, 0 while they may agree.",
		   {0}},
	[KNOWN] = {"tenure_known_timestamp_seconds",
		   METRIC_GAUGE,
		   "Up to when the cluster is known.",
		   {0}},
};

static void add_labelled(struct text *out, int metric, const char *value, uint64_t count)
{
	metrics_add(out, &table[metric], (const char *[]){value}, count);
}

/* What the server sent of each resource and is not written yet. */
static void add_tables(const struct watches_state *state, struct text *out)
{
	struct table_use tables[KUBE_RESOURCES];

	for (int r = 0; r < KUBE_RESOURCES; r++)
		tables[r] = (struct table_use){kube_resource_name((enum kube_resource)r),
					       state->waiting[r], WATCHES_WAITING_MAX};
	metrics_add_table_bytes(out, tables, KUBE_RESOURCES);
}

static void add_state(const struct watches_state *state, struct when known, struct text *out)
{
	const struct watch_stats *stats = &state->stats;

	metrics_begin(out, &table[RECORDS]);
	add_labelled(out, RECORDS, "change", stats->changes);
	add_labelled(out, RECORDS, "item", stats->items);
	add_labelled(out, RECORDS, "list", stats->syncs);
	add_labelled(out, RECORDS, "progress", state->progress);
	metrics_begin(out, &table[IGNORED]);
	add_labelled(out, IGNORED, "duplicate", stats->duplicates);
	add_labelled(out, IGNORED, "unreadable", stats->unreadable);
	add_labelled(out, IGNORED, "too_large", stats->too_large);
	metrics_add_one(out, &table[GAPS], stats->gaps);
	metrics_add_one(out, &table[STALLS], stats->stalls);
	metrics_add_one(out, &table[LATE], stats->late);
	metrics_add_one(out, &table[ROUNDS], state->rounds_failed);
	metrics_add_one(out, &table[REQUESTS], stats->requests);
	metrics_add_one(out, &table[FAILURES], stats->failures);
	metrics_add_one(out, &table[RECONNECTS], state->reconnects);
	metrics_begin(out, &table[OPEN]);
	for (int r = 0; r < KUBE_RESOURCES; r++)
		if (!state->left_out[r])
			add_labelled(out, OPEN, kube_resource_name((enum kube_resource)r),
				     state->open[r]);
	metrics_begin(out, &table[REFUSED]);
	for (int r = 0; r < KUBE_RESOURCES; r++)
		add_labelled(out, REFUSED, kube_resource_name((enum kube_resource)r),
			     state->refused[r]);
	metrics_add_seconds(out, &table[AHEAD], state->ahead_ns);
	metrics_add_time(out, &table[KNOWN], known);
	add_tables(state, out);
}

static void add_metrics(void *user, struct text *out)
{
	const struct kube_status *status = user;
	struct watches_state state;

	metrics_add_build(out, &table[BUILD], "tenure-kube");
	metrics_add_one(out, &table[LEADING], status->watches != NULL);
	if (status->watches == NULL)
		return;
	watches_get_state(status->watches, &state);
	add_state(&state, status->known, out);
}

/* ---- ---- */

void kube_status_lead(struct kube_status *status, const struct watches *watches,
		      enum kube_phase phase)
{
	status->watches = watches;
	status->phase = phase;
	status->known = WHEN_MIN;
	status->delivered_at = when_steady();
}

void kube_status_delivered(struct kube_status *status)
{
	struct watches_state state;

	watches_get_state(status->watches, &state);
	status->known = state.known;
	status->delivered_at = when_steady();
}

void kube_status_init(struct kube_status *status)
{
	*status = (struct kube_status){
		.known = WHEN_MIN,
		.source = {.user = status,
			   .is_ready = is_ready,
			   .add_metrics = add_metrics,
			   .log_counters = log_counters},
	};
}
