#include "sink/graph/serve.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sysexits.h>

#include "common/http/http_health.h"
#include "common/http/http_listen.h"
#include "common/program/listen.h"
#include "common/program/log.h"
#include "common/program/stop.h"
#include "sink/graph/http/http_api.h"
#include "sink/graph/http/http_events.h"
#include "sink/graph/serve_topic.h"

#define WAIT_MS 50 /* at most, while no request comes: then the topic is looked at */

int serve_check(const struct serve_settings *settings)
{
	return settings->listen == NULL ? 0 : listen_check("--listen", settings->listen, 8090);
}

/* ---- What the answers ask ---- */

struct when serve_watermark(const struct graph_server *server)
{
	return recorder_watermark(server->topic->recorder);
}

struct when serve_known(const struct graph_server *server)
{
	struct when watermark = serve_watermark(server);

	return when_is_min(watermark) ? server->now : watermark;
}

int serve_show(const struct graph_server *server)
{
	return recorder_show(server->topic->recorder);
}

bool serve_has_ended(const struct graph_server *server)
{
	return server->topic->ended;
}

struct when serve_unsure_until(const struct graph_server *server)
{
	return recorder_unsure_until(server->topic->recorder);
}

void serve_tables(const struct graph_server *server, struct table_use *tables)
{
	recorder_tables(server->topic->recorder, tables);
}

struct snapshot_records serve_records(const struct graph_server *server)
{
	return recorder_records(server->topic->recorder);
}

/* Whether the present is known; a file that is complete has none. */
static bool is_fresh(const struct graph_server *server, struct text *out)
{
	struct when watermark = serve_watermark(server);
	int64_t age_ns = when_since(server->now, watermark);
	char text[WHEN_TEXT_SIZE];
	bool fresh;

	if (when_is_min(watermark)) {
		http_health_condition(out, false, "no flow was read yet");
		return false;
	}
	if (server->topic->ended) {
		http_health_condition(out, true, "the file is complete");
		return true;
	}
	fresh = age_ns <= server->max_age_ns;
	when_format(watermark, text);
	text_add_format(out, "[%c] flows are known to %s, %" PRId64 " s ago\n", fresh ? '+' : '-',
			text, age_ns < 0 ? 0 : age_ns / NS_PER_SECOND);
	return fresh;
}

bool serve_is_ready(const struct graph_server *server, struct text *out)
{
	bool open = server->topic->input != NULL, caught_up = server->topic->caught_up;
	bool fresh;

	http_health_condition(out, open,
			      open ? "the topic is open"
				   : "the topic is not open: no broker has answered");
	http_health_condition(out, caught_up,
			      caught_up ? "the topic was read to its end"
					: "the topic is being read for the first time");
	fresh = is_fresh(server, out);
	return open && caught_up && fresh;
}

/* ---- The loop ---- */

/* Waits up to TIMEOUT_MS for a request. -1 after logging. */
static int wait_for_requests(struct graph_server *server, int timeout_ms)
{
	struct pollfd fd = http_server_fd(server->http);
	int http_ms = http_server_timeout_ms(server->http);

	if (http_ms >= 0 && http_ms < timeout_ms)
		timeout_ms = http_ms;
	if (poll(&fd, 1, timeout_ms) >= 0 || errno == EINTR)
		return 0;
	log_error("poll: %s", strerror(errno));
	return -1;
}

/* Streams of events are asked once in a while. */
static void wake_streams(struct graph_server *server)
{
	if (!when_is_due(server->next_wake, HTTP_EVENTS_NS, server->now))
		return;
	server->next_wake = when_add(server->now, HTTP_EVENTS_NS);
	http_server_wake(server->http);
}

static void report(const struct graph_server *server)
{
	struct snapshot_records records = serve_records(server);
	struct history_stats stats = history_stats(server->history);

	log_info("records read=%" PRIu64 " unreadable=%" PRIu64 " repeated=%" PRIu64
		 " superseded=%" PRIu64 " late=%" PRIu64 " early=%" PRIu64 " saves=%" PRIu64,
		 records.read, records.unreadable, records.repeated, records.superseded, stats.late,
		 records.early, stats.saves);
	http_listen_report(server->http);
}

/* What each turn begins with, and each pause of a wait for a broker. */
static void begin_turn(struct graph_server *server)
{
	server->now = when_now();
	wake_streams(server);
	if (report_time_is_due(&server->report, server->now))
		report(server);
}

/* One turn of the loop. Returns how many records were read, or -1 after logging, with *EXIT_CODE
 * set. */
static int turn(struct graph_server *server, int timeout_ms, int *exit_code)
{
	int records;

	*exit_code = EX_OSERR;
	if (wait_for_requests(server, timeout_ms) < 0)
		return -1;
	begin_turn(server);
	if (http_server_turn(server->http, server->now) < 0)
		return -1;
	records = serve_topic_turn(server->topic, server->now);
	if (records < 0)
		*exit_code = server->topic->exit_code;
	return records;
}

/* Answers while the topic waits for a broker. */
static void answer(void *user)
{
	struct graph_server *server = user;

	begin_turn(server);
	http_server_pause(server->http);
}

int serve_run(const struct serve_settings *settings, struct recorder *recorder, const char *address,
	      const struct bus_options *bus)
{
	struct graph_server server = {
		.history = recorder_history(recorder),
		.max_age_ns = settings->max_age_ns,
		.now = when_now(),
		.next_wake = WHEN_MIN,
	};
	struct bus_options followed = *bus;
	struct serve_topic topic;
	int rc = EX_UNAVAILABLE, records = 0;

	server.report = report_time_begin(settings->report_ns, server.now);
	listen_raise_limit();
	followed.follow = bus->follow || bus_is_kafka(address);
	followed.pause = (struct bus_pause){answer, &server};
	server.topic = &topic;
	serve_topic_init(&topic, recorder, address, &followed);
	server.http = http_api_open(settings->listen, &server, &settings->hosts);
	if (server.http == NULL)
		goto out;
	while (!stop_requested()) {
		records = turn(&server, records > 0 ? 0 : WAIT_MS, &rc);
		if (records < 0)
			goto out;
	}
	rc = EX_OK;
	report(&server);
out:
	http_server_close(server.http);
	serve_topic_clear(&topic);
	return rc;
}
