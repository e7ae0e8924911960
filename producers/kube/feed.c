#include "producers/kube/feed.h"

#include <stdlib.h>
#include <sysexits.h>

#include "common/log.h"
#include "producers/kube/answer.h"
#include "producers/kube/give.h"
#include "producers/kube/http.h"
#include "producers/kube/path.h"
#include "producers/kube/progress.h"
#include "producers/kube/trouble.h"
#include "producers/kube/watch.h"

#define LIST_TIMEOUT_S 120L
#define WATCH_TIMEOUT_S 615L /* past the end that the server was asked for */
#define PROBE_TIMEOUT_S 10L
#define PROBE_MAX (4u * 1024 * 1024) /* bytes; one object */
#define POLL_MS 50
#define POLL_SETTLING_MS 10

/* One resource's side of the network. */
struct channel {
	struct http_request *request; /* the watch's, or NULL */
	struct http_request *probe;
	struct text probe_body;
	struct when next_sync;
};

struct feed {
	struct feed_options options;
	struct access *access;
	struct http *http;
	struct watch watches[KUBE_RESOURCES];
	struct channel channels[KUBE_RESOURCES];
	struct progress progress;
	struct trouble trouble;
	bool served;   /* the server has given something: later trouble passes */
	bool set_back; /* warned that the clock was */
	bool unshared; /* warned that there can be no PROGRESS */
	uint64_t reconnects;
	int exit_code;
};

static const char *name_of(int resource)
{
	return kube_resource_name((enum kube_resource)resource);
}

struct feed *feed_open(const struct feed_options *options, struct access *access,
		       const struct resume *resume, uint64_t seed)
{
	struct feed *feed = calloc(1, sizeof(*feed));

	if (!feed) {
		log_error("no memory");
		return NULL;
	}
	feed->options = *options;
	feed->access = access;
	feed->exit_code = EX_SOFTWARE;
	progress_init(&feed->progress, options->cluster, options->progress_interval_ns);
	feed->progress.last_known = resume->known;
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		struct watch *watch = &feed->watches[r];

		watch_init(watch, (enum kube_resource)r, options->cluster,
			   seed * (uint64_t)(2 * r + 1));
		text_init(&feed->channels[r].probe_body, PROBE_MAX);
		feed->channels[r].next_sync = WHEN_MIN;
		if (resume->revisions[r] > 0) {
			watch_resume(watch, resume->revisions[r], resume->known);
		} else if (resume->any) {
			watch->known = resume->proven ? resume->known : resume->received;
			watch_relist(watch, "restart");
		}
	}
	feed->http = http_open(access);
	if (!feed->http) {
		feed_close(feed);
		return NULL;
	}
	return feed;
}

static void release(struct feed *feed, struct http_request **request)
{
	http_release(feed->http, *request);
	*request = NULL;
}

void feed_close(struct feed *feed)
{
	if (!feed)
		return;
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		release(feed, &feed->channels[r].request);
		release(feed, &feed->channels[r].probe);
		text_free(&feed->channels[r].probe_body);
		watch_free(&feed->watches[r]);
	}
	http_close(feed->http);
	free(feed);
}

static int ask_watch(struct feed *feed, struct watch *watch, struct channel *channel,
		     const struct clocks *now)
{
	bool stream = watch_streams(watch);
	const char *accept = watch_accept(watch);
	struct text path;
	int rc = -1;

	text_init(&path, 65536);
	watch_add_path(watch, &path);
	watch_asked(watch, now);
	channel->request = http_get(feed->http, text_terminate(&path), accept,
				    stream ? HTTP_STREAM : HTTP_WHOLE,
				    stream ? WATCH_TIMEOUT_S : LIST_TIMEOUT_S, &watch->body);
	if (channel->request)
		rc = 0;
	text_free(&path);
	return rc;
}

static int ask_probes(struct feed *feed, const struct clocks *now)
{
	struct text path, first;
	int rc = -1;

	text_init(&path, 1024);
	text_init(&first, 0);
	progress_begin(&feed->progress, feed->watches, now);
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		enum kube_resource resource = (enum kube_resource)r;
		struct channel *channel = &feed->channels[r];

		release(feed, &channel->probe);
		if (!progress_asks(&feed->progress, resource))
			continue;
		text_clear(&path);
		text_clear(&channel->probe_body);
		path_add_list(&path, resource, 1, 0, &first);
		channel->probe =
			http_get(feed->http, text_terminate(&path), path_accept(resource, true),
				 HTTP_WHOLE, PROBE_TIMEOUT_S, &channel->probe_body);
		if (!channel->probe)
			goto out;
	}
	rc = 0;
out:
	text_free(&path);
	return rc;
}

/* A planned SYNC of one resource: each has its own time in the interval. */
static void plan_sync(struct feed *feed, int r, const struct clocks *now)
{
	int64_t interval = feed->options.sync_interval_ns;
	struct channel *channel = &feed->channels[r];

	if (interval == 0 || feed->watches[r].state != WATCH_OPEN)
		return;
	if (channel->next_sync.ns == WHEN_MIN.ns)
		channel->next_sync = when_add(now->tick, interval / KUBE_RESOURCES * (r + 1));
	if (when_before(now->tick, channel->next_sync))
		return;
	channel->next_sync = when_add(now->tick, interval);
	watch_sync(&feed->watches[r]);
}

int feed_ask(struct feed *feed, const struct clocks *now)
{
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		struct watch *watch = &feed->watches[r];
		struct channel *channel = &feed->channels[r];

		plan_sync(feed, r, now);
		if (channel->request && !watch_listening(watch))
			release(feed, &channel->request);
		if (watch_due(watch, now) && ask_watch(feed, watch, channel, now) < 0)
			return -1;
	}
	if (progress_due(&feed->progress, feed->watches, now))
		return ask_probes(feed, now);
	return 0;
}

int feed_turn(struct feed *feed)
{
	return http_turn(feed->http, feed->progress.running ? POLL_SETTLING_MS : POLL_MS);
}

/* Before the server has given anything, trouble that only its user can end ends the
 * program.  -1 after logging. */
static int check_start(struct feed *feed, const struct watch *watch,
		       const struct http_request *request)
{
	bool refused = request->status == 401 || request->status == 403;
	const struct access *access = feed->access;

	feed->served = feed->served || (request->status == 200 && request->failure == HTTP_FINE);
	if (feed->served || watch->state == WATCH_LEFT_OUT)
		return 0;
	if (request->failure == HTTP_UNREACHABLE || request->failure == HTTP_UNTRUSTED) {
		log_error("cannot reach the API server %s of %s: %s", access->server,
			  access->source, request->message);
		feed->exit_code = EX_UNAVAILABLE;
		return -1;
	}
	if (refused && request->failure == HTTP_FINE) {
		log_error("the API server %s of %s refuses: %s", access->server, access->source,
			  watch->problem);
		feed->exit_code = EX_NOPERM;
		return -1;
	}
	return 0;
}

static int end_request(struct feed *feed, int r, const struct clocks *now)
{
	struct watch *watch = &feed->watches[r];
	struct http_request *request = feed->channels[r].request;
	struct watch_end end = {
		.status = request->status,
		.failed = request->failure != HTTP_FINE,
		.too_large = request->failure == HTTP_TOO_LARGE,
		.message = request->message,
		.retry_after_s = request->retry_after_s,
	};
	int rc;

	if (request->status == 401)
		access_refresh_token(feed->access);
	watch_ended(watch, &end, now);
	rc = check_start(feed, watch, request);
	release(feed, &feed->channels[r].request);
	return rc;
}

/* One watch was served: the others need not wait until their own next try. */
static void hurry_others(struct feed *feed, int served, const struct clocks *now)
{
	for (int r = 0; r < KUBE_RESOURCES; r++)
		if (r != served)
			watch_hurry(&feed->watches[r], now);
}

static enum feed_status next_of(struct feed *feed, int r, const struct clocks *now,
				struct text *record)
{
	struct watch *watch = &feed->watches[r];
	struct channel *channel = &feed->channels[r];

	if (channel->request && channel->request->status) {
		uint64_t openings = watch->openings;

		watch_answered(watch, channel->request->status, now);
		if (openings != watch->openings)
			hurry_others(feed, r, now);
	}
	if (give_next(watch, now, record))
		return FEED_RECORD;
	if (channel->request && channel->request->ended && watch_listening(watch)) {
		if (end_request(feed, r, now) < 0)
			return FEED_BROKEN;
		trouble_take(&feed->trouble, watch, now);
		return give_next(watch, now, record) ? FEED_RECORD : FEED_QUIET;
	}
	trouble_take(&feed->trouble, watch, now);
	return FEED_QUIET;
}

/* The connection is dead, or as good as that: everything on it is asked anew. */
static int reconnect(struct feed *feed, const struct clocks *now)
{
	struct watch_end end = {.failed = true, .message = "the API server does not answer"};

	feed->reconnects++;
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		struct watch *watch = &feed->watches[r];

		if (feed->channels[r].request)
			watch_ended(watch, &end, now);
		release(feed, &feed->channels[r].request);
		release(feed, &feed->channels[r].probe);
		trouble_take(&feed->trouble, watch, now);
	}
	return http_reconnect(feed->http);
}

/* True when an answer to the probe bounds how far its watch lags: http.h (2). */
static bool shared(struct feed *feed, int r)
{
	const struct http_request *probe = feed->channels[r].probe;
	const struct http_request *request = feed->channels[r].request;

	if (probe->multiplexed && request && request->multiplexed) {
		if (probe->connection == request->connection)
			return true;
		/* The server wants to be rid of the old connection. */
		watch_again(&feed->watches[r]);
		return false;
	}
	if (!feed->unshared)
		log_warn("the API server %s does not speak HTTP/2: no PROGRESS will be written, "
			 "since nothing shows that its watches have not stalled",
			 feed->access->server);
	feed->unshared = true;
	return false;
}

static int take_probe(struct feed *feed, int r, const struct clocks *now)
{
	struct channel *channel = &feed->channels[r];
	const struct http_request *probe = channel->probe;
	struct answer_page page;
	bool good = probe->status == 200 && probe->failure == HTTP_FINE &&
		    answer_read_page(channel->probe_body.data, channel->probe_body.length, &page);

	if (probe->failure == HTTP_TIMED_OUT) {
		progress_abandon(&feed->progress);
		return reconnect(feed, now);
	}
	if (!good || !shared(feed, r)) {
		progress_abandon(&feed->progress);
	} else if (progress_answered(&feed->progress, (enum kube_resource)r, page.revision, now) ==
		   PROGRESS_WENT_BACK) {
		log_warn("%s: the API server's revisions went back, from %llu to %llu", name_of(r),
			 (unsigned long long)feed->watches[r].revision,
			 (unsigned long long)page.revision);
		progress_abandon(&feed->progress);
		watch_relist(&feed->watches[r], "revisions_went_back");
	}
	release(feed, &channel->probe);
	return 0;
}

enum feed_status feed_next(struct feed *feed, const struct clocks *now, struct text *record)
{
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		enum feed_status status = next_of(feed, r, now, record);

		if (status != FEED_QUIET)
			return status;
	}
	trouble_look(&feed->trouble, feed->watches, now);
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		struct http_request *probe = feed->channels[r].probe;

		if (probe && probe->ended && take_probe(feed, r, now) < 0)
			return FEED_BROKEN;
	}
	/* What is not read yet may be a change that came before the answers. */
	if (http_drained(feed->http) && progress_next(&feed->progress, feed->watches, now, record))
		return FEED_RECORD;
	return FEED_QUIET;
}

int feed_exit_code(const struct feed *feed)
{
	return feed->exit_code;
}

void feed_log_counters(const struct feed *feed)
{
	struct watch_stats sum = {0};

	for (int r = 0; r < KUBE_RESOURCES; r++) {
		const struct watch_stats *stats = &feed->watches[r].stats;

		sum.changes += stats->changes;
		sum.bookmarks += stats->bookmarks;
		sum.syncs += stats->syncs;
		sum.items += stats->items;
		sum.gaps += stats->gaps;
		sum.duplicates += stats->duplicates;
		sum.late += stats->late;
		sum.unreadable += stats->unreadable;
		sum.too_large += stats->too_large;
		sum.failures += stats->failures;
	}
	log_info("changes=%llu items=%llu syncs=%llu gaps=%llu bookmarks=%llu progress=%llu "
		 "rounds_abandoned=%llu late=%llu duplicates=%llu unreadable=%llu too_large=%llu "
		 "requests_failed=%llu reconnects=%llu",
		 (unsigned long long)sum.changes, (unsigned long long)sum.items,
		 (unsigned long long)sum.syncs, (unsigned long long)sum.gaps,
		 (unsigned long long)sum.bookmarks, (unsigned long long)feed->progress.given,
		 (unsigned long long)feed->progress.abandoned, (unsigned long long)sum.late,
		 (unsigned long long)sum.duplicates, (unsigned long long)sum.unreadable,
		 (unsigned long long)sum.too_large, (unsigned long long)sum.failures,
		 (unsigned long long)feed->reconnects);
}
