#include "common/http/status.h"

#include <stdlib.h>

#include "common/http/http_health.h"
#include "common/http/http_listen.h"
#include "common/http/metrics.h"
#include "common/program/listen.h"
#include "common/program/log.h"

#define MEMORY_MAX (4u * 1024 * 1024)
#define CONNECTIONS_MAX 32 /* so that a turn answers no more than that */

struct status {
	const struct status_settings *settings;
	const struct status_source *source;
	struct http_server *server; /* NULL without --listen */
	struct report_time report;  /* of the counters */
	struct text page;           /* the metrics of this turn; empty before they are asked for */
};

static void answer_ready(void *user, const struct http_call *call, struct http_reply *reply)
{
	const struct status_source *source = ((struct status *)user)->source;
	bool ready = source->is_ready(source->user, &reply->body);

	http_health_ready(call, ready, reply);
}

static void answer_metrics(void *user, const struct http_call *call, struct http_reply *reply)
{
	struct status *status = user;
	const struct status_source *source = status->source;

	(void)call;
	if (status->page.length == 0)
		source->add_metrics(source->user, &status->page);
	reply->untagged = true;
	reply->content_type = METRICS_CONTENT_TYPE;
	text_add(&reply->body, status->page.data, status->page.length);
	if (status->page.failed)
		http_reply_problem(reply, 503, "out of memory");
}

static const struct http_route routes[] = {
	{"/metrics", NULL, NULL, answer_metrics},
	{"/livez", NULL, NULL, http_health_live},
	{"/healthz", NULL, NULL, http_health_live},
	{"/readyz", "verbose", NULL, answer_ready},
	{NULL, NULL, NULL, NULL},
};

int status_check(const struct status_settings *settings)
{
	if (settings->listen != NULL)
		return listen_check("--listen", settings->listen, 9100);
	if (settings->hosts.count == 0)
		return 0;
	log_error("--host: names the server of --listen, so it needs --listen");
	return -1;
}

struct status *status_open(const struct status_settings *settings,
			   const struct status_source *source)
{
	struct status *status = calloc(1, sizeof(*status));
	struct http_server_options options = {.routes = routes,
					      .hosts = &settings->hosts,
					      .memory_max = MEMORY_MAX,
					      .connections_max = CONNECTIONS_MAX};

	if (status == NULL) {
		log_error("out of memory");
		return NULL;
	}
	text_init(&status->page, MEMORY_MAX);
	status->settings = settings;
	status->source = source;
	status->report = report_time_begin(settings->interval_ns, when_now());
	options.user = status;
	if (settings->listen == NULL)
		return status;
	status->server = http_listen_open(settings->listen, &options);
	if (status->server != NULL)
		return status;
	status_close(status);
	return NULL;
}

void status_close(struct status *status)
{
	if (status == NULL)
		return;
	http_server_close(status->server);
	text_free(&status->page);
	free(status);
}

int status_fd(const struct status *status)
{
	return status->server == NULL ? -1 : http_server_fd(status->server).fd;
}

int status_turn(struct status *status, struct when now)
{
	if (report_time_is_due(&status->report, now))
		status->source->log_counters(status->source->user);
	text_clear(&status->page);
	return status->server == NULL ? 0 : http_server_turn(status->server, now);
}

/* What fails here fails in the next turn too. */
void status_pause(void *user)
{
	struct status *status = user;

	if (status_turn(status, when_now()) == 0 && status->server != NULL)
		http_server_pause(status->server);
}
