/* serve.h - the server: one loop that follows the topic and answers over HTTP and DNS.
 *
 * It is ready while what it says about the present is about the present: it has read the topic to
 * its end and, of a topic that it follows, knows the cluster up to --max-age ago. It answers
 * before and after that too, and every answer says up to when the cluster is known.
 */
#ifndef TENURE_LOOKUP_SERVE_H
#define TENURE_LOOKUP_SERVE_H

#include "common/base/text.h"
#include "common/program/report_time.h"
#include "sink/lookup/dns/dns_server.h"
#include "sink/lookup/serve_topic.h"

struct http_server;

struct serve_settings {
	const char *listen; /* for HTTP, or NULL */
	struct settings_list hosts;
	struct dns_options dns;
	bool follow;
	int64_t max_age_ns;
	int64_t report_ns; /* of the counters in the log; 0 for none before the end */
};

#define SERVE_SETTINGS_DEFAULT                                                \
	{                                                                     \
		.dns = DNS_OPTIONS_DEFAULT, .max_age_ns = 60 * NS_PER_SECOND, \
		.report_ns = REPORT_INTERVAL_NS                               \
	}

/* The rows of the program's table. */
#define SERVE_SETTINGS(s)                                                                       \
	SETTING_TEXT("listen", 0, "ADDR:PORT", &(s)->listen,                                    \
		     "run as a server and answer over HTTP at this address; :PORT is every "    \
		     "address of this machine"),                                                \
		SETTING_LIST("host", 0, "NAME", &(s)->hosts,                                    \
			     "a name with dots by which the HTTP server is called; * for any; " \
			     "may be repeated"),                                                \
		DNS_SETTINGS(&(s)->dns),                                                        \
		SETTING_BOOL("follow", 0, &(s)->follow,                                         \
			     "as a server, wait for more at the end of a file"),                \
		SETTING_DURATION("max-age", 0, "DURATION", &(s)->max_age_ns,                    \
				 "the server is not ready if what is known of the cluster "     \
				 "ends longer ago than this"),                                  \
		REPORT_SETTING(&(s)->report_ns)

struct lookup_server {
	struct timeline *timeline;
	struct serve_topic topic;
	int64_t max_age_ns;
	struct http_server *http; /* NULL without --listen */
	struct dns_server *dns;   /* NULL without --listen-dns */
	struct report_time report;
	struct when now; /* of this turn of the loop */
};

/* Whether the options ask for a server. */
bool serve_is_wanted(const struct serve_settings *settings);
/* Checks the options of a server. -1 after logging. */
int serve_check(const struct serve_settings *settings, const struct settings_list *kube);

/* Serves TIMELINE, brought up to date from KUBE, until a signal comes. Returns the exit code. */
int serve_run(const struct serve_settings *settings, struct timeline *timeline,
	      const struct timeline_settings *timeline_settings, const struct settings_list *kube,
	      const struct bus_options *bus);

/* Whether SERVER is ready; adds the conditions to OUT, one a line. */
bool serve_is_ready(const struct lookup_server *server, struct text *out);

#endif
