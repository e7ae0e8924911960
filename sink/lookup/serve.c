#include "sink/lookup/serve.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/http/http_health.h"
#include "common/http/http_listen.h"
#include "common/program/listen.h"
#include "common/program/log.h"
#include "common/program/stop.h"
#include "common/timeline/timeline_metrics.h"
#include "sink/lookup/http/http_api.h"

#define WAIT_MS 50 /* at most, while no request comes: then the topic is looked at */
#define FDS_MAX (DNS_FDS_MAX + 1)

bool serve_is_wanted(const struct serve_settings *settings)
{
	return settings->listen != NULL || settings->dns.listen.count > 0;
}

int serve_check(const struct serve_settings *settings, const struct settings_list *kube)
{
	if (settings->follow && !serve_is_wanted(settings)) {
		log_error("--follow: is of a server, so it needs --listen or --listen-dns");
		return -1;
	}
	if (settings->follow && kube->count > 1) {
		log_error("--follow: reads one kube file; tenure-kube writes every resource into "
			  "one");
		return -1;
	}
	if (dns_options_check(&settings->dns) < 0)
		return -1;
	return settings->listen == NULL ? 0 : listen_check("--listen", settings->listen, 8080);
}

/* ---- Readiness ---- */

/* AGE_NS in whole days, hours, minutes or seconds: two at least, unless it is less than 2 s. */
static int64_t rough_age(int64_t age_ns)
{
	static const int64_t seconds[] = {86400, 3600, 60};

	if (age_ns < 0)
		return 0;
	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		int64_t unit = seconds[i] * NS_PER_SECOND;

		if (age_ns >= 2 * unit)
			return age_ns - age_ns % unit;
	}
	return age_ns - age_ns % NS_PER_SECOND;
}

/* Whether the present is known; a topic that is complete has none. */
static bool is_fresh(const struct lookup_server *server, struct text *out)
{
	struct when known = timeline_position_progress(server->timeline).known;
	char text[WHEN_TEXT_SIZE], age[WHEN_TEXT_SIZE];
	int64_t age_ns = when_since(server->now, known);
	bool fresh;

	if (timeline_position_last(server->timeline).offset < 0) {
		http_health_condition(out, false, "the topic has no records");
		return false;
	}
	if (timeline_is_closed(server->timeline)) {
		http_health_condition(out, true, "the files are complete");
		return true;
	}
	if (when_is_min(known)) {
		http_health_condition(out, true,
				      "the topic has no PROGRESS, so its age is not known");
		return true;
	}
	fresh = age_ns <= server->max_age_ns;
	when_format(known, text);
	when_format_duration(rough_age(age_ns), age);
	text_add_format(out, "[%c] the cluster is known to %s, %s ago\n", fresh ? '+' : '-', text,
			age);
	return fresh;
}

static bool is_open(const struct serve_topic *topic, struct text *out)
{
	bool open = topic->kube_topic != NULL && !topic->gone;

	if (open)
		http_health_condition(out, true, "the topic is open");
	else if (bus_is_kafka(topic->options.addresses->values[0]))
		http_health_condition(out, false, "the topic is not open: no broker has answered");
	else
		http_health_condition(out, false, "the file is no longer there");
	return open;
}

bool serve_is_ready(const struct lookup_server *server, struct text *out)
{
	bool open = is_open(&server->topic, out), caught_up = server->topic.caught_up;
	bool fresh;

	http_health_condition(out, caught_up,
			      caught_up ? "the topic was read to its end"
					: "the topic has not been read to its end");
	fresh = is_fresh(server, out);
	return open && caught_up && fresh;
}

/* ---- The loop ---- */

static int open_http(struct lookup_server *server, const struct serve_settings *settings)
{
	if (settings->listen == NULL)
		return 0;
	server->http = http_api_open(settings->listen, server, &settings->hosts);
	return server->http == NULL ? -1 : 0;
}

static int open_dns(struct lookup_server *server, const struct serve_settings *settings)
{
	if (settings->dns.listen.count == 0)
		return 0;
	server->dns = dns_server_open(&settings->dns, server->timeline);
	return server->dns == NULL ? -1 : 0;
}

/* Waits up to TIMEOUT_MS for a request. Sets *DNS to how many of FDS, the first ones, are those of
 * the DNS. -1 after logging. */
static int wait_for_requests(struct lookup_server *server, int timeout_ms,
			     struct pollfd fds[static FDS_MAX], size_t *dns)
{
	nfds_t count;

	*dns = server->dns != NULL ? dns_server_fds(server->dns, fds) : 0;
	count = *dns;
	if (server->http != NULL) {
		int http_ms = http_server_timeout_ms(server->http);

		fds[count++] = http_server_fd(server->http);
		if (http_ms >= 0 && http_ms < timeout_ms)
			timeout_ms = http_ms;
	}
	if (poll(fds, count, timeout_ms) >= 0 || errno == EINTR)
		return 0;
	log_error("poll: %s", strerror(errno));
	return -1;
}

static void report(const struct lookup_server *server)
{
	const struct answer_tally *tally = timeline_tally(server->timeline);
	struct timeline_stats stats = timeline_stats(server->timeline);
	uint64_t unknown = 0, ambiguous = 0;

	for (size_t i = 0; i < ANSWER_TALLY_REASONS && tally->others[i].reason != NULL; i++)
		*(strcmp(tally->others[i].status, "unknown") == 0 ? &unknown : &ambiguous) +=
			tally->others[i].count;
	log_info("answers known=%" PRIu64 " unknown=%" PRIu64 " ambiguous=%" PRIu64
		 " records applied=%" PRIu64 " ignored=%" PRIu64 " unreadable=%" PRIu64,
		 tally->known, unknown, ambiguous, stats.applied, stats.ignored, stats.unreadable);
	timeline_metrics_log(server->timeline);
	if (server->dns != NULL)
		dns_server_report(server->dns);
	if (server->http != NULL)
		http_listen_report(server->http);
}

/* Answers what is asked within TIMEOUT_MS. -1 after logging. */
static int answer(struct lookup_server *server, int timeout_ms)
{
	struct pollfd fds[FDS_MAX];
	size_t dns;

	if (wait_for_requests(server, timeout_ms, fds, &dns) < 0)
		return -1;
	server->now = when_now();
	if (report_time_is_due(&server->report, server->now))
		report(server);
	if (server->dns != NULL)
		dns_server_turn(server->dns, fds, dns, server->now);
	return server->http != NULL ? http_server_turn(server->http, server->now) : 0;
}

/* Answers while the topic waits for a broker. */
static void pause_waiting(void *user)
{
	struct lookup_server *server = user;

	if (answer(server, 0) == 0 && server->http != NULL)
		http_server_pause(server->http);
}

/* One turn of the loop. Returns how many records were applied, or -1 after logging, with
 * *EXIT_CODE set. */
static int turn(struct lookup_server *server, int timeout_ms, int *exit_code)
{
	int records;

	*exit_code = EX_OSERR;
	if (answer(server, timeout_ms) < 0)
		return -1;
	records = serve_topic_turn(&server->topic, server->now);
	if (records < 0)
		*exit_code = server->topic.exit_code;
	return records;
}

int serve_run(const struct serve_settings *settings, struct timeline *timeline,
	      const struct timeline_settings *timeline_settings, const struct settings_list *kube,
	      const struct bus_options *bus)
{
	struct lookup_server server = {
		.timeline = timeline, .max_age_ns = settings->max_age_ns, .now = when_now()};
	struct bus_options followed = *bus;
	int rc = EX_UNAVAILABLE, records = 0;

	server.report = report_time_begin(settings->report_ns, server.now);
	listen_raise_limit();
	followed.follow = settings->follow || bus_is_kafka(kube->values[0]);
	followed.pause = (struct bus_pause){pause_waiting, &server};
	serve_topic_init(&server.topic, timeline, timeline_settings, kube, &followed);
	if (open_http(&server, settings) < 0 || open_dns(&server, settings) < 0)
		goto out;
	while (!stop_requested()) {
		records = turn(&server, records > 0 ? 0 : WAIT_MS, &rc);
		if (records < 0)
			goto out;
	}
	report(&server);
	/* Closing it saves it too, and does not say how that went. */
	rc = timeline_settings->state != NULL && timeline_save(timeline) < 0 ? EX_IOERR
									     : EXIT_SUCCESS;
out:
	dns_server_close(server.dns);
	http_server_close(server.http);
	serve_topic_clear(&server.topic);
	return rc;
}
