/* serve.h - the server: one loop that follows the topic and answers over HTTP.
 *
 * It is ready while what it says about the present is about the present: it has read the topic to its end and,
 * of a topic that it follows, knows flows up to --max-age ago. It answers before and after that too, and every
 * answer says up to when flows are known.
 */
#ifndef TENURE_GRAPH_SERVE_H
#define TENURE_GRAPH_SERVE_H

#include "common/base/text.h"
#include "common/bus/bus.h"
#include "common/program/report_time.h"
#include "common/program/settings.h"
#include "sink/graph/history/history.h"
#include "sink/graph/snapshot.h"

struct http_server;
struct recorder;
struct serve_topic;

struct serve_settings {
	const char *listen; /* for HTTP, or NULL */
	struct settings_list hosts;
	int64_t max_age_ns;
	int64_t report_ns; /* of the counters in the log; 0 for none before the end */
};

#define SERVE_SETTINGS_DEFAULT                                                    \
	{                                                                         \
		.max_age_ns = 60 * NS_PER_SECOND, .report_ns = REPORT_INTERVAL_NS \
	}

/* The rows of the program's table. */
#define SERVE_SETTINGS(s)                                                                         \
	SETTING_TEXT("listen", 0, "ADDR:PORT", &(s)->listen,                                      \
		     "run as a server: the page, its answers and metrics over HTTP at this "      \
		     "address; :PORT is every address of this machine"),                          \
		SETTING_LIST("host", 0, "NAME", &(s)->hosts,                                      \
			     "a name with dots by which the server is called; * for any; may be " \
			     "repeated"),                                                         \
		SETTING_DURATION("max-age", 0, "DURATION", &(s)->max_age_ns,                      \
				 "the server is ready only if it knows the flows up to this "     \
				 "long ago"),                                                     \
		REPORT_SETTING(&(s)->report_ns)

struct graph_server {
	struct history *history;
	struct serve_topic *topic;
	int64_t max_age_ns;
	struct http_server *http;
	struct when now;       /* of this turn of the loop */
	struct when next_wake; /* of the streams of events */
	struct report_time report;
};

/* Checks the options of a server. -1 after logging. */
int serve_check(const struct serve_settings *settings);

/* Serves the history of RECORDER, which reads ADDRESS, until a signal comes. A topic is followed. What is passed is borrowed. Returns
 * the exit code. */
int serve_run(const struct serve_settings *settings, struct recorder *recorder, const char *address,
	      const struct bus_options *bus);

/* Up to when flows are known: WHEN_MIN before the first. */
struct when serve_watermark(const struct graph_server *server);
/* The same, but the present before the first: what a question calls now. */
struct when serve_known(const struct graph_server *server);
/* Before a question about flows: makes those that are not over a part of the history. -1 after logging. */
int serve_show(const struct graph_server *server);
/* Whether the input has ended: no flow will come. */
bool serve_has_ended(const struct graph_server *server);
/* recorder_unsure_until() */
struct when serve_unsure_until(const struct graph_server *server);
/* How full the tables of RECORDER_TABLES are. */
void serve_tables(const struct graph_server *server, struct table_use *tables);
struct snapshot_records serve_records(const struct graph_server *server);
/* Whether SERVER is ready; adds the conditions to OUT, one a line. */
bool serve_is_ready(const struct graph_server *server, struct text *out);

#endif
