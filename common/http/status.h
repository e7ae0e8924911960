/* status.h - what a program without other routes says of itself over HTTP.
 *
 *     /metrics            its metrics (metrics.h)
 *     /livez, /healthz    200 while it runs
 *     /readyz             200 or 503; with ?verbose the conditions, one a line
 *
 * Answers are made inside status_turn(), from what the program knows then, a few in each: whoever asks, and however
 * slowly he reads, holds up nothing.
 */
#ifndef TENURE_STATUS_H
#define TENURE_STATUS_H

#include <stdbool.h>

#include "common/base/text.h"
#include "common/base/when.h"
#include "common/program/report_time.h"
#include "common/program/settings.h"

struct status_settings {
	const char *listen;         /* NULL for no server */
	struct settings_list hosts; /* http_host.h */
	int64_t interval_ns;        /* of the counters in the log; 0 for none before the end */
};

#define STATUS_SETTINGS(s, port)                                                          \
	SETTING_TEXT("listen", 0, "ADDRESS:PORT", &(s)->listen,                           \
		     "serve /metrics, /livez and /readyz there, as in 127.0.0.1:" port),  \
		SETTING_LIST("host", 0, "NAME", &(s)->hosts,                              \
			     "a further name that requests may call this server; may be " \
			     "repeated"),                                                 \
		REPORT_SETTING(&(s)->interval_ns)

#define STATUS_SETTINGS_DEFAULT                   \
	{                                         \
		.interval_ns = REPORT_INTERVAL_NS \
	}

/* How the program answers. */
struct status_source {
	void *user;
	/* Whether it is ready; adds each condition with http_health_condition(). */
	bool (*is_ready)(void *user, struct text *conditions);
	void (*add_metrics)(void *user, struct text *out);
	void (*log_counters)(void *user);
};

struct status;

/* -1 after logging what an option should be. */
int status_check(const struct status_settings *settings);
/* SETTINGS and SOURCE are borrowed. NULL after logging. */
struct status *status_open(const struct status_settings *settings,
			   const struct status_source *source);
void status_close(struct status *status);

/* Can be read when there is something to do; -1 without a server. */
int status_fd(const struct status *status);
/* Answers what has been asked, and logs the counters if that is due at NOW. -1 after logging. */
int status_turn(struct status *status, struct when now);
/* The same as the turn of a struct bus_pause, with STATUS as its user. */
void status_pause(void *status);

#endif
