/* tenure-enrich - tags each flow with who held its two addresses when it was sent. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/program/confine.h"
#include "common/program/listen.h"
#include "common/program/log.h"
#include "common/program/settings.h"
#include "common/program/stop.h"
#include "common/record/flow_reader.h"
#include "common/timeline/kube_topic.h"
#include "common/timeline/timeline_settings.h"
#include "common/topic/topic_reader.h"
#include "enricher/alignment.h"
#include "enricher/enrich_status.h"
#include "enricher/manual.h"
#include "enricher/run_end.h"
#include "enricher/run_progress.h"

#define KUBE_RECORDS_PER_TURN 1000
#define KUBE_WAIT_MS 20

struct enrich_program {
	struct settings_list kube;
	struct timeline_settings timeline;
	struct exchange_settings exchange;
	struct status_settings status;
	int64_t max_hold_ns, max_ahead_ns;
	bool no_seccomp;
};

static int check_given(const char *option, const char *value)
{
	if (value != NULL)
		return 0;
	log_error("%s is required; see --help", option);
	return -1;
}

static bool has(const struct settings_list *list, const char *value)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->values[i], value) == 0)
			return true;
	return false;
}

static int check_kube(const struct enrich_program *p)
{
	if (p->kube.count > 1 && p->exchange.bus.follow) {
		log_error("--follow: reads one kube file; tenure-kube writes every resource into "
			  "one");
		return -1;
	}
	for (size_t i = 0; i < p->kube.count; i++) {
		if (bus_is_kafka(p->kube.values[i]) && p->kube.count > 1) {
			log_error("--kube: give one topic, or files");
			return -1;
		}
		if (strcmp(p->kube.values[i], "-") == 0 && has(&p->exchange.flows, "-")) {
			log_error("--kube and --flows cannot both be standard input");
			return -1;
		}
	}
	return 0;
}

/* A run over a window needs a consumer group of its own: it commits past flows outside the window,
 * which the permanent group may not have read yet. */
static int check_window(const struct exchange_settings *e)
{
	bool whole = when_is_min(e->run.since) && when_is_max(e->run.until);

	if (when_not_after(e->run.until, e->run.since)) {
		log_error("--until: must be later than --since");
		return -1;
	}
	if (whole || !bus_is_kafka(e->flows.values[0]) || e->group != NULL)
		return 0;
	log_error("--since and --until: give the run its own consumer group with --group");
	return -1;
}

/* A flow is asked about again while it is remembered, and there is something to learn. */
static int check_revise(const struct enrich_program *p)
{
	const struct timeline_options *t = &p->timeline.options;
	const struct run_options *run = &p->exchange.run;

	if (run->revise_ns == 0)
		return 0;
	if (run->hindsight) {
		log_error("--revise and --hindsight: give only one of them");
		return -1;
	}
	if (t->retention_ns > 0 && run->revise_ns + t->hold_ns + t->skew_ns >= t->retention_ns) {
		log_error("--revise: --revise, --hold and --skew together must be less than "
			  "--retention");
		return -1;
	}
	return 0;
}

/* A flow that is answered again has waited for a while anyway. */
static void set_defaults(struct enrich_program *p)
{
	bool revise = p->exchange.run.revise_ns > 0;

	if (p->exchange.group == NULL)
		p->exchange.group = revise ? "tenure-revise" : "tenure-enrich";
	if (p->max_ahead_ns == 0)
		p->max_ahead_ns = (revise ? 60 : 5) * NS_PER_SECOND;
}

/* Also refuses combinations that could not keep what exchange.h promises. */
static int check_options(struct enrich_program *p)
{
	const struct exchange_settings *e = &p->exchange;
	const char *tagged = e->outputs[EXCHANGE_TAGGED];
	const char *rejected = e->outputs[EXCHANGE_REJECTED];
	bool kafka;

	if (timeline_settings_check(&p->timeline) < 0 ||
	    check_given("--kube", p->kube.values[0]) < 0 ||
	    check_given("--flows", e->flows.values[0]) < 0 || check_given("--out", tagged) < 0 ||
	    check_given("--rejected", rejected) < 0)
		return -1;
	kafka = bus_is_kafka(e->flows.values[0]);
	if (bus_is_kafka(tagged) != kafka || bus_is_kafka(rejected) != kafka) {
		log_error("--flows, --out and --rejected: must all be Kafka topics, or all files");
		return -1;
	}
	if (flow_reader_check("--flows", &e->flows, e->bus.follow) < 0 ||
	    (kafka && check_given("--instance", e->instance) < 0) || check_kube(p) < 0)
		return -1;
	if ((kafka || bus_is_kafka(p->kube.values[0])) && topic_options_check(&e->bus) < 0)
		return -1;
	if (strcmp(tagged, rejected) == 0) {
		log_error("--out and --rejected: must be different addresses");
		return -1;
	}
	if (has(&e->flows, tagged) && strcmp(tagged, "-") != 0) {
		log_error("--flows and --out: must be different addresses");
		return -1;
	}
	if (check_window(e) < 0 || check_revise(p) < 0 || status_check(&p->status) < 0)
		return -1;
	set_defaults(p);
	return 0;
}

static void report_start(const struct alignment *a, const struct enrich_program *p)
{
	char hold[WHEN_TEXT_SIZE], skew[WHEN_TEXT_SIZE];

	when_format_duration(p->timeline.options.hold_ns, hold);
	when_format_duration(p->timeline.options.skew_ns, skew);
	log_info("started: kube %s, flows %s, hold %s, skew %s", p->kube.values[0],
		 exchange_flows(a->exchange), hold, skew);
}

/* Runs until the flows end or a signal comes. KUBE is the address of the kube topic. Returns the
 * exit code. */
static int run(struct alignment *a, struct status *status, const char *kube,
	       const struct exchange_settings *settings)
{
	struct progress_show show = progress_begin();
	enum alignment_turn turn = ALIGNMENT_GO_ON;

	while (turn == ALIGNMENT_GO_ON && !stop_requested()) {
		struct when now = when_now();

		if (status_turn(status, now) < 0) {
			progress_end(&show);
			return EX_OSERR;
		}
		turn = alignment_turn(a, now);
		if (a->policy.bounded)
			run_progress_flows(&show, a);
	}
	progress_end(&show);
	/* What could not be committed is void, and the next run processes it again. */
	if (turn == ALIGNMENT_BROKEN && kube_topic_exit_code(a->kube_topic) != EXIT_SUCCESS)
		return kube_topic_exit_code(a->kube_topic);
	if (turn == ALIGNMENT_BROKEN)
		return a->exit_code != EX_OK ? a->exit_code : exchange_exit_code(a->exchange);
	if (turn == ALIGNMENT_UNDECIDED && exchange_commit(a->exchange) == EXCHANGE_DONE) {
		timeline_settings_check_cluster(a->options->timeline, a->timeline, kube);
		return EX_CONFIG;
	}
	if (turn == ALIGNMENT_UNDECIDED || exchange_commit(a->exchange) != EXCHANGE_DONE)
		return exchange_exit_code(a->exchange);
	return turn == ALIGNMENT_ENDED ? run_end_check(a, settings) : EXIT_SUCCESS;
}

/* Reads the kube records that exist now. Returns true, or false with *EXIT_CODE, which is
 * EXIT_SUCCESS after a signal. */
static bool catch_up(struct alignment *a, struct status *status, int *exit_code)
{
	struct progress_show show = progress_begin();

	*exit_code = EXIT_SUCCESS;
	while (!kube_topic_caught_up(a->kube_topic) && !stop_requested()) {
		if (status_turn(status, when_now()) < 0) {
			*exit_code = EX_OSERR;
			break;
		}
		if (kube_topic_turn(a->kube_topic, KUBE_RECORDS_PER_TURN, KUBE_WAIT_MS) < 0) {
			*exit_code = kube_topic_exit_code(a->kube_topic);
			break;
		}
		kube_topic_tell(a->kube_topic, a->timeline, &show);
	}
	progress_end(&show);
	if (*exit_code != EXIT_SUCCESS)
		return false;
	return !stop_requested();
}

/* Opens the inputs and outputs of A, whose timeline is open. No flow is read before the kube
 * records that exist now are applied. Returns true, or false with *EXIT_CODE, which is
 * EXIT_SUCCESS after a signal. */
static bool open_all(struct alignment *a, const struct enrich_program *p, struct status *status,
		     int *exit_code)
{
	const char *kube = p->kube.values[0];
	struct kube_topic_options options = {
		.addresses = &p->kube, .bus = p->exchange.bus, .has_outputs = true};

	options.bus.follow = options.bus.follow || bus_is_kafka(kube);
	a->kube_topic = kube_topic_open(a->timeline, &options, exit_code);
	if (a->kube_topic == NULL)
		return false;
	if (!catch_up(a, status, exit_code))
		return false;
	log_debug("the kube topic is read up to its end");
	if (bus_is_kafka(kube) && timeline_position_last(a->timeline).offset < 0)
		log_warn("%s: has no records, so nothing is known", kube);
	*exit_code = EX_CONFIG;
	if (timeline_settings_check_cluster(&p->timeline, a->timeline, kube) < 0)
		return false;
	a->exchange = exchange_open(&p->exchange, exit_code);
	if (a->exchange == NULL)
		return false;
	a->tagger.topic = exchange_flows(a->exchange);
	return true;
}

/* Whether no kube record is read after those that are there at the start. */
static bool is_bounded(const struct enrich_program *p)
{
	const struct exchange_settings *e = &p->exchange;

	return e->run.hindsight || !when_is_max(e->run.until) ||
	       !(e->bus.follow || bus_is_kafka(p->kube.values[0]));
}

/* The store, which may be a temporary one, is written in any case. */
static int confine(const struct enrich_program *p)
{
	unsigned parts = SANDBOX_WRITING | bus_sandbox_parts_in(&p->kube) |
			 bus_sandbox_parts_in(&p->exchange.flows);

	if (p->status.listen != NULL)
		parts |= SANDBOX_SERVING;
	return confine_enter(manual.program, p->no_seccomp, parts,
			     listen_privilege(p->status.listen));
}

int main(int argc, char **argv)
{
	struct enrich_program p = {
		.timeline = TIMELINE_SETTINGS_DEFAULT,
		.exchange = {.run = {.timeline = &p.timeline,
				     .since = WHEN_MIN,
				     .until = WHEN_MAX}},
		.status = STATUS_SETTINGS_DEFAULT,
		.max_hold_ns = 60 * NS_PER_SECOND,
	};
	const struct setting table[] = {
		SETTING_LIST("kube", 0, "ADDRESS", &p.kube,
			     "watch events: a topic, or files, one for each resource; may be "
			     "repeated"),
		SETTING_LIST("flows", 0, "ADDRESS", &p.exchange.flows,
			     "flow records: a topic, or files, read in the order of their first "
			     "flows; may be repeated"),
		SETTING_TEXT("out", 0, "ADDRESS", &p.exchange.outputs[EXCHANGE_TAGGED],
			     "where tagged flows go"),
		SETTING_TEXT("rejected", 0, "ADDRESS", &p.exchange.outputs[EXCHANGE_REJECTED],
			     "where records that cannot be tagged go, with the reason"),
		SETTING_TEXT("instance", 0, "NAME", &p.exchange.instance,
			     "name of this process among those that share the work (Kafka)"),
		SETTING_TEXT("group", 0, "NAME", &p.exchange.group,
			     "consumer group of the flows (Kafka); without it, tenure-enrich, or "
			     "tenure-revise with --revise"),
		SETTING_DURATION("max-hold", 0, "DURATION", &p.max_hold_ns,
				 "answer provisionally once the kube topic has made no progress "
				 "for this long"),
		SETTING_DURATION("max-ahead", 0, "DURATION", &p.max_ahead_ns,
				 "wait for no flow that ends further than this ahead of the clock; "
				 "without it, 5s, or 1m with --revise"),
		TIMELINE_SETTINGS(&p.timeline, "every run builds the timeline from scratch"),
		SETTING_DURATION("revise", 0, "DURATION", &p.exchange.run.revise_ns,
				 "read tagged flows, ask again this much later than the first "
				 "time, and write the answers that have changed"),
		SETTING_BOOL("hindsight", 0, &p.exchange.run.hindsight,
			     "answer with everything that is known at the start"),
		SETTING_WHEN("since", 0, "TIME", &p.exchange.run.since,
			     "only flows that ended at this time or later"),
		SETTING_WHEN("until", 0, "TIME", &p.exchange.run.until,
			     "only flows that ended before this time; then exit"),
		SETTING_BOOL("follow", 0, &p.exchange.bus.follow,
			     "wait for more at the end of a file"),
		STATUS_SETTINGS(&p.status, "9101"),
		BUS_SETTINGS(&p.exchange.bus),
		CONFINE_SETTING(&p.no_seccomp),
		SETTING_END,
	};
	struct alignment a = {.options = &p.exchange.run, .event = WHEN_MIN};
	struct enrich_status own;
	struct status *status = NULL;
	int rc = EX_CANTCREAT;

	if (settings_read(&manual, table, argc, argv) < 0 || check_options(&p) < 0)
		return EX_USAGE;
	stop_install();
	if (confine(&p) < 0)
		return EX_OSERR;
	log_debug("the options are read");
	a.policy = (struct hold_policy){.max_hold_ns = p.max_hold_ns,
					.max_ahead_ns = p.max_ahead_ns,
					.bounded = is_bounded(&p),
					.patient = p.exchange.run.revise_ns > 0,
					.known = WHEN_MIN,
					.moved = WHEN_MIN};
	a.timeline = timeline_settings_open(&p.timeline);
	if (a.timeline == NULL)
		goto out;
	log_debug("the store is open");
	tagger_init(&a.tagger, a.timeline, bus_topic(p.exchange.flows.values[0]));
	enrich_status_init(&own, &a, &p.exchange);
	status = status_open(&p.status, &own.source);
	if (status == NULL)
		goto out;
	a.wake_fd = status_fd(status);
	p.exchange.bus.pause = (struct bus_pause){status_pause, status};
	p.exchange.kube = p.kube.values[0];
	if (!open_all(&a, &p, status, &rc)) {
		/* That no broker has answered until the stop is no failure. */
		rc = rc == EX_UNAVAILABLE && stop_requested() ? EXIT_SUCCESS : rc;
	} else {
		own.caught_up = true;
		report_start(&a, &p);
		rc = run(&a, status, p.kube.values[0], &p.exchange);
		enrich_status_log(&a);
	}
	/* Closing it saves it too, and does not say how that went. */
	if (rc == EXIT_SUCCESS && p.timeline.state != NULL && timeline_save(a.timeline) < 0)
		rc = EX_IOERR;
out:
	status_close(status);
	exchange_close(a.exchange);
	kube_topic_close(a.kube_topic);
	alignment_clear(&a);
	timeline_close(a.timeline);
	return rc;
}
