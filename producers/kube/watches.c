#include "producers/kube/watches.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sysexits.h>

#include "common/program/log.h"
#include "producers/kube/api_reply.h"
#include "producers/kube/http.h"
#include "producers/kube/path.h"
#include "producers/kube/progress_rounds.h"
#include "producers/kube/watch.h"
#include "producers/kube/watch_log.h"
#include "producers/kube/watch_records.h"

#define LIST_TIMEOUT_S 120L
#define WATCH_TIMEOUT_S 615L /* the server is asked to end it earlier */
#define PROBE_TIMEOUT_S 10L
#define PROBE_MAX (4u * 1024 * 1024) /* bytes; it holds one object */
#define POLL_MS 50
#define POLL_SETTLING_MS 10

/* One resource's side of the network. */
struct channel {
	struct http_request *request; /* the watch's, or NULL */
	struct http_request *probe;
	struct text probe_body;
	struct when next_sync;
};

struct watches {
	struct watches_options options;
	struct access *access;
	struct http *http;
	struct watch list[KUBE_RESOURCES];
	struct channel channels[KUBE_RESOURCES];
	struct watch_stats stats;
	struct progress_rounds progress;
	struct watch_log log;
	bool served;   /* the server has answered once: later trouble is retried */
	bool unshared; /* warned that there can be no PROGRESS */
	uint64_t reconnects;
	int exit_code;
};

struct watches *watches_open(const struct watches_options *options, struct access *access,
			     const struct resume *resume, uint64_t seed)
{
	struct watches *watches = calloc(1, sizeof(*watches));

	if (watches == NULL) {
		log_error("out of memory");
		return NULL;
	}
	watches->options = *options;
	watches->access = access;
	watches->exit_code = EX_SOFTWARE;
	progress_rounds_init(&watches->progress, options->cluster, options->progress_interval_ns);
	watches->progress.last_known = resume->known;
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		struct watch *watch = &watches->list[r];

		watch_init(watch, (enum kube_resource)r, options->cluster,
			   seed * (uint64_t)(2 * r + 1), &watches->stats);
		text_init(&watches->channels[r].probe_body, PROBE_MAX);
		watches->channels[r].next_sync = WHEN_MIN;
		if (resume->revisions[r] > 0) {
			watch_resume(watch, resume->revisions[r], resume->known);
		} else if (resume->any) {
			watch->known = resume->proven ? resume->known : resume->received;
			watch_relist(watch, "restart");
		}
	}
	watches->http = http_open(access);
	if (watches->http == NULL) {
		watches_close(watches);
		return NULL;
	}
	return watches;
}

static void release(struct http_request **request)
{
	http_release(*request);
	*request = NULL;
}

void watches_close(struct watches *watches)
{
	if (watches == NULL)
		return;
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		release(&watches->channels[r].request);
		release(&watches->channels[r].probe);
		text_free(&watches->channels[r].probe_body);
		watch_free(&watches->list[r]);
	}
	http_close(watches->http);
	free(watches);
}

static int ask_watch(struct watches *watches, struct watch *watch, struct channel *channel,
		     const struct clocks *now)
{
	struct text path;
	bool list;

	text_init(&path, 65536);
	watch_ask(watch, now, &path);
	list = watch->state == WATCH_LISTING;
	channel->request =
		http_get(watches->http, text_terminate(&path), path_accept(watch->resource, list),
			 list ? HTTP_WHOLE : HTTP_STREAM, list ? LIST_TIMEOUT_S : WATCH_TIMEOUT_S,
			 &watch->body);
	text_free(&path);
	return channel->request != NULL ? 0 : -1;
}

static int ask_probes(struct watches *watches, const struct clocks *now)
{
	struct text path;
	int rc = -1;

	text_init(&path, 1024);
	progress_rounds_begin(&watches->progress, watches->list, now);
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		enum kube_resource resource = (enum kube_resource)r;
		struct channel *channel = &watches->channels[r];

		release(&channel->probe);
		if (!watches->progress.probes[r].asked)
			continue;
		text_clear(&path);
		text_clear(&channel->probe_body);
		path_add_list(&path, resource, 1, 0, NULL);
		channel->probe =
			http_get(watches->http, text_terminate(&path), path_accept(resource, true),
				 HTTP_WHOLE, PROBE_TIMEOUT_S, &channel->probe_body);
		if (channel->probe == NULL)
			goto out;
	}
	rc = 0;
out:
	text_free(&path);
	return rc;
}

/* Starts a planned SYNC when it is due; each resource has its own time in the interval. */
static void plan_sync(struct watches *watches, int r, const struct clocks *now)
{
	int64_t interval = watches->options.sync_interval_ns;
	struct channel *channel = &watches->channels[r];

	if (interval == 0 || watches->list[r].state != WATCH_OPEN)
		return;
	if (when_is_min(channel->next_sync))
		channel->next_sync = when_add(now->tick, interval / KUBE_RESOURCES * (r + 1));
	if (when_before(now->tick, channel->next_sync))
		return;
	channel->next_sync = when_add(now->tick, interval);
	watch_sync(&watches->list[r]);
}

int watches_ask(struct watches *watches, const struct clocks *now)
{
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		struct watch *watch = &watches->list[r];
		struct channel *channel = &watches->channels[r];

		plan_sync(watches, r, now);
		if (channel->request != NULL && !watch_listening(watch))
			release(&channel->request);
		if (watch_due(watch, now) && ask_watch(watches, watch, channel, now) < 0)
			return -1;
	}
	if (progress_rounds_due(&watches->progress, watches->list, now))
		return ask_probes(watches, now);
	return 0;
}

int watches_turn(struct watches *watches)
{
	return http_turn(watches->http, watches->progress.running ? POLL_SETTLING_MS : POLL_MS);
}

/* Until the server's first good answer, trouble that only the user can fix is fatal. -1 after
 * logging. */
static int check_start(struct watches *watches, const struct watch *watch,
		       const struct http_request *request)
{
	bool refused = request->status == 401 || request->status == 403;
	const struct access *access = watches->access;

	if (request->status == 200 && request->failure == HTTP_FINE)
		watches->served = true;
	if (watches->served || watch->state == WATCH_LEFT_OUT)
		return 0;
	if (request->failure == HTTP_UNREACHABLE || request->failure == HTTP_UNTRUSTED) {
		log_error("cannot reach the API server %s of %s: %s", access->server,
			  access->source, request->message);
		watches->exit_code = EX_UNAVAILABLE;
		return -1;
	}
	if (refused && request->failure == HTTP_FINE) {
		log_error("the API server %s of %s refuses: %s", access->server, access->source,
			  watch->problem);
		watches->exit_code = EX_NOPERM;
		return -1;
	}
	return 0;
}

static int end_request(struct watches *watches, int r, const struct clocks *now)
{
	struct watch *watch = &watches->list[r];
	struct http_request *request = watches->channels[r].request;
	struct watch_end end = {
		.status = request->status,
		.failed = request->failure != HTTP_FINE,
		.too_large = request->failure == HTTP_TOO_LARGE,
		.message = request->message,
		.retry_after_s = request->retry_after_s,
	};
	int rc;

	if (request->status == 401)
		access_refresh_token(watches->access);
	watch_ended(watch, &end, now);
	rc = check_start(watches, watch, request);
	release(&watches->channels[r].request);
	return rc;
}

/* One watch was opened: the others need not wait for their own retry. */
static void hurry_others(struct watches *watches, int opened, const struct clocks *now)
{
	for (int r = 0; r < KUBE_RESOURCES; r++)
		if (r != opened)
			watch_hurry(&watches->list[r], now);
}

static enum watches_status next_of(struct watches *watches, int r, const struct clocks *now,
				   struct text *record)
{
	struct watch *watch = &watches->list[r];
	struct channel *channel = &watches->channels[r];
	bool ended;

	if (channel->request != NULL && channel->request->status) {
		uint64_t openings = watch->openings;

		watch_answered(watch, channel->request->status, now);
		if (openings != watch->openings)
			hurry_others(watches, r, now);
	}
	if (watch_records_next(watch, now, record))
		return WATCHES_RECORD;
	ended = channel->request != NULL && channel->request->ended && watch_listening(watch);
	if (ended && end_request(watches, r, now) < 0)
		return WATCHES_BROKEN;
	watch_log_problem(&watches->log, watch, now);
	return ended && watch_records_next(watch, now, record) ? WATCHES_RECORD : WATCHES_QUIET;
}

/* The connection is dead or might as well be: everything on it is requested again. */
static int reconnect(struct watches *watches, const struct clocks *now)
{
	struct watch_end end = {.failed = true, .message = "the API server does not answer"};

	watches->reconnects++;
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		struct watch *watch = &watches->list[r];

		if (watches->channels[r].request != NULL)
			watch_ended(watch, &end, now);
		release(&watches->channels[r].request);
		release(&watches->channels[r].probe);
		watch_log_problem(&watches->log, watch, now);
	}
	return http_reconnect(watches->http);
}

/* True when the answer to the probe bounds how far its watch lags: http.h (2). */
static bool shared(struct watches *watches, int r)
{
	const struct http_request *probe = watches->channels[r].probe;
	const struct http_request *request = watches->channels[r].request;

	if (probe->multiplexed && request != NULL && request->multiplexed) {
		if (probe->connection == request->connection)
			return true;
		/* The server wants the old connection closed. */
		watch_again(&watches->list[r]);
		return false;
	}
	if (!watches->unshared)
		log_warn("the API server %s does not speak HTTP/2: no PROGRESS will be written, "
			 "because nothing shows that its watches have not stalled",
			 watches->access->server);
	watches->unshared = true;
	return false;
}

static int take_probe(struct watches *watches, int r, const struct clocks *now)
{
	struct channel *channel = &watches->channels[r];
	const struct http_request *probe = channel->probe;
	struct api_reply_page page;
	bool good =
		probe->status == 200 && probe->failure == HTTP_FINE &&
		api_reply_read_page(channel->probe_body.data, channel->probe_body.length, &page);

	if (probe->failure == HTTP_TIMED_OUT) {
		progress_rounds_abandon(&watches->progress);
		return reconnect(watches, now);
	}
	if (!good || !shared(watches, r)) {
		progress_rounds_abandon(&watches->progress);
	} else if (!progress_rounds_answered(&watches->progress, (enum kube_resource)r,
					     page.revision, now)) {
		log_warn("%s: the API server's revisions went back, from %" PRIu64 " to %" PRIu64,
			 kube_resource_name((enum kube_resource)r), watches->list[r].revision,
			 page.revision);
		progress_rounds_abandon(&watches->progress);
		watch_relist(&watches->list[r], "revisions_went_back");
	}
	release(&channel->probe);
	return 0;
}

enum watches_status watches_next(struct watches *watches, const struct clocks *now,
				 struct text *record)
{
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		enum watches_status status = next_of(watches, r, now, record);

		if (status != WATCHES_QUIET)
			return status;
	}
	watch_log_recovery(&watches->log, watches->list, now);
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		struct http_request *probe = watches->channels[r].probe;

		if (probe != NULL && probe->ended && take_probe(watches, r, now) < 0)
			return WATCHES_BROKEN;
	}
	/* What is still unread may be a change that came before the answers. */
	if (http_drained(watches->http) &&
	    progress_rounds_next(&watches->progress, watches->list, now, record))
		return WATCHES_RECORD;
	return WATCHES_QUIET;
}

int watches_exit_code(const struct watches *watches)
{
	return watches->exit_code;
}

void watches_log_counters(const struct watches *watches)
{
	const struct watch_stats *stats = &watches->stats;

	log_info("changes=%" PRIu64 " items=%" PRIu64 " syncs=%" PRIu64 " gaps=%" PRIu64
		 " bookmarks=%" PRIu64 " progress=%" PRIu64 " "
		 "rounds_abandoned=%" PRIu64 " late=%" PRIu64 " duplicates=%" PRIu64
		 " unreadable=%" PRIu64 " too_large=%" PRIu64 " "
		 "requests_failed=%" PRIu64 " reconnects=%" PRIu64,
		 stats->changes, stats->items, stats->syncs, stats->gaps, stats->bookmarks,
		 watches->progress.written, watches->progress.abandoned, stats->late,
		 stats->duplicates, stats->unreadable, stats->too_large, stats->failures,
		 watches->reconnects);
}
