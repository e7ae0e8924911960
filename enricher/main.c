/* tenure-enrich - says of each flow who held its two addresses when it was sent. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/program/log.h"
#include "common/program/settings.h"
#include "common/program/stop.h"
#include "common/timeline/kube_topic.h"
#include "common/timeline/timeline_settings.h"
#include "common/topic/topic_reader.h"
#include "enricher/alignment.h"
#include "enricher/manual.h"

static int need(const char *option, const char *value)
{
	if (value != NULL)
		return 0;
	log_error("%s is needed; see --help", option);
	return -1;
}

/* Refuses combinations that could not keep what the exchange promises. */
static int check_addresses(const struct settings_list *kube, const struct exchange_settings *s)
{
	bool kafka;

	if (need("--kube", kube->count > 0 ? "" : NULL) < 0 || need("--flows", s->flows) < 0 ||
	    need("--out", s->tagged) < 0 || need("--rejected", s->rejected) < 0)
		return -1;
	kafka = bus_is_kafka(s->flows);
	if (bus_is_kafka(s->tagged) != kafka || bus_is_kafka(s->rejected) != kafka) {
		log_error("--flows, --out and --rejected: all of them Kafka topics, or all of them "
			  "files");
		return -1;
	}
	if (kafka && need("--instance", s->instance) < 0)
		return -1;
	if (kube->count > 1 && s->bus.follow) {
		log_error("--follow: reads one kube file; tenure-kube writes every resource into "
			  "one");
		return -1;
	}
	for (size_t i = 0; i < kube->count; i++) {
		if (bus_is_kafka(kube->values[i]) && kube->count > 1) {
			log_error("--kube: one topic, or files");
			return -1;
		}
		if (strcmp(kube->values[i], "-") == 0 && strcmp(s->flows, "-") == 0) {
			log_error("--kube and --flows cannot both be standard input");
			return -1;
		}
	}
	if ((kafka || bus_is_kafka(kube->values[0])) && topic_options_check(&s->bus) < 0)
		return -1;
	if (strcmp(s->tagged, s->rejected) == 0) {
		log_error("--out and --rejected: two different addresses are needed");
		return -1;
	}
	return 0;
}

/* A window is read by a group of its own: it commits past the flows outside, which the
 * group that reads all the time may not have read yet. */
static int check_window(const struct alignment *a, const struct exchange_settings *s,
			const char *live_group)
{
	bool whole = when_is_min(a->since) && when_is_max(a->until);

	if (when_not_after(a->until, a->since)) {
		log_error("--until: must be later than --since");
		return -1;
	}
	if (whole || !bus_is_kafka(s->flows) || s->group != live_group)
		return 0;
	log_error("--since and --until: give the run a consumer group of its own with --group");
	return -1;
}

/* Brings the timeline to where the kube topic ends now, so that no flow is read before
 * its answer can be there. 1: done, 0 to end at once, with *EXIT_CODE. */
static int catch_up(struct kube_topic *kube_topic, const struct timeline *timeline,
		    const struct timeline_settings *asked, const char *address, int *exit_code)
{
	int caught_up = kube_topic_catch_up(kube_topic);

	*exit_code = caught_up < 0 ? kube_topic_exit_code(kube_topic) : EXIT_SUCCESS;
	if (caught_up <= 0)
		return 0;
	*exit_code = EX_CONFIG;
	return timeline_settings_check_cluster(asked, timeline, address) == 0;
}

static void say_started(const struct settings_list *kube, const struct exchange_settings *exchange,
			const struct timeline_options *options)
{
	char hold[WHEN_TEXT_SIZE], skew[WHEN_TEXT_SIZE];

	when_format_duration(options->hold_ns, hold);
	when_format_duration(options->skew_ns, skew);
	log_info("started: kube %s, flows %s, hold %s, skew %s", kube->values[0], exchange->flows,
		 hold, skew);
}

static void report(const struct alignment *a)
{
	const struct tagger_stats *t = &a->tagger.stats;
	struct exchange_stats e = exchange_stats(a->exchange);
	struct kube_topic_stats f = kube_topic_stats(a->kube_topic);
	struct timeline_stats l = timeline_stats(a->timeline);

	log_info("flows read=%" PRIu64 " waited=%" PRIu64 " tagged=%" PRIu64 " provisional=%" PRIu64
		 " outside_window=%" PRIu64 " ends known=%" PRIu64 " unknown=%" PRIu64
		 " ambiguous=%" PRIu64,
		 a->stats.read, a->stats.waited, t->tagged, t->provisional, a->stats.outside,
		 t->known, t->unknown, t->ambiguous);
	log_info("commits=%" PRIu64 " aborts=%" PRIu64 " timestamps_limited=%" PRIu64, e.commits,
		 e.aborts, e.timestamps_limited);
	log_info("kube records=%" PRIu64 " applied=%" PRIu64 " ignored=%" PRIu64
		 " unreadable=%" PRIu64 " progress_refused=%" PRIu64 " rebuilt=%" PRIu64,
		 f.records, l.applied, l.ignored, l.unreadable, l.progress_refused, f.rebuilt);
	for (int i = 0; i < FLOW_ENDPOINTS_OUTCOMES; i++)
		if (t->rejected[i] > 0)
			log_info("rejected %s=%" PRIu64,
				 flow_endpoints_name((enum flow_endpoints_outcome)i),
				 t->rejected[i]);
	if (t->refused > 0)
		log_info("rejected produce_failed=%" PRIu64, t->refused);
}

/* Runs until the flows end or a signal comes. Returns the exit code. */
static int run(struct alignment *a)
{
	enum alignment_turn turn = ALIGNMENT_GO_ON;
	enum exchange_outcome last;

	while (turn == ALIGNMENT_GO_ON && !stop_requested())
		turn = alignment_turn(a, when_now());
	if (turn == ALIGNMENT_BROKEN)
		return EXIT_FAILURE;
	last = exchange_commit(a->exchange);
	/* What could not be committed is undone, and done again by the next run. */
	return last == EXCHANGE_DONE ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	static const char live_group[] = "tenure-enrich";
	struct settings_list kube = {0};
	struct timeline_settings asked = TIMELINE_SETTINGS_DEFAULT;
	struct exchange_settings exchange = {.group = live_group, .since = WHEN_MIN};
	struct alignment a = {
		.policy = {.max_hold_ns = 60 * NS_PER_SECOND, .known = WHEN_MIN, .moved = WHEN_MIN},
		.since = WHEN_MIN,
		.until = WHEN_MAX,
	};
	struct kube_topic_options fed = {.addresses = &kube, .has_outputs = true};
	int rc = EX_USAGE;
	const struct setting table[] = {
		SETTING_LIST(
			"kube", 0, "ADDRESS", &kube,
			"watch events; files, one for each resource, or a topic; may be repeated"),
		SETTING_TEXT("flows", 0, "ADDRESS", &exchange.flows, "flow records"),
		SETTING_TEXT("out", 0, "ADDRESS", &exchange.tagged, "where tagged flows go"),
		SETTING_TEXT("rejected", 0, "ADDRESS", &exchange.rejected,
			     "where records go that cannot be tagged, with the reason"),
		SETTING_TEXT("instance", 0, "NAME", &exchange.instance,
			     "name of this process among those that share the work (Kafka)"),
		SETTING_TEXT("group", 0, "NAME", &exchange.group,
			     "consumer group of the flows (Kafka)"),
		SETTING_DURATION("max-hold", 0, "DURATION", &a.policy.max_hold_ns,
				 "how long known may stand still before answers are provisional"),
		TIMELINE_SETTINGS(&asked),
		SETTING_BOOL("hindsight", 0, &a.hindsight,
			     "answer with all that is known at the start"),
		SETTING_WHEN("since", 0, "TIME", &a.since,
			     "only flows that ended at this time or later"),
		SETTING_WHEN("until", 0, "TIME", &a.until,
			     "only flows that ended before this time, then end"),
		SETTING_BOOL("follow", 0, &exchange.bus.follow,
			     "at the end of a file wait for more"),
		BUS_SETTINGS(&exchange.bus),
		SETTING_END,
	};

	log_init(manual.program, LOG_LEVEL_INFO, LOG_AUTO);
	if (settings_read(&manual, table, argc, argv) < 0 || timeline_settings_check(&asked) < 0 ||
	    check_addresses(&kube, &exchange) < 0 || check_window(&a, &exchange, live_group) < 0)
		return EX_USAGE;
	stop_install();
	exchange.state = asked.state;
	exchange.since = a.since;
	exchange.run_options =
		(struct run_options){&asked.options, timeline_settings_clocks[asked.clock],
				     &asked.ranges,  a.hindsight,
				     a.since,        a.until};
	exchange.bounded = a.policy.bounded = !when_is_max(a.until);
	fed.bus = exchange.bus;
	fed.bus.follow = fed.bus.follow || bus_is_kafka(kube.values[0]);

	rc = EX_CANTCREAT;
	a.timeline = timeline_settings_open(&asked);
	if (a.timeline == NULL)
		goto out;
	tagger_init(&a.tagger, a.timeline, bus_topic(exchange.flows));
	a.kube_topic = kube_topic_open(a.timeline, &fed, &rc);
	if (a.kube_topic == NULL ||
	    !catch_up(a.kube_topic, a.timeline, &asked, kube.values[0], &rc))
		goto out;
	a.frozen = a.hindsight || a.policy.bounded;
	a.exchange = exchange_open(&exchange, &rc);
	if (a.exchange == NULL)
		goto out;
	say_started(&kube, &exchange, &asked.options);
	rc = run(&a);
	report(&a);
out:
	exchange_close(a.exchange);
	kube_topic_close(a.kube_topic);
	alignment_clear(&a);
	timeline_close(a.timeline);
	return rc;
}
