#include "producers/kube/watches.h"

#include <stdlib.h>
#include <sysexits.h>

#include "common/program/log.h"
#include "producers/kube/channel.h"
#include "producers/kube/evidence.h"
#include "producers/kube/http.h"
#include "producers/kube/path.h"
#include "producers/kube/proofs.h"
#include "producers/kube/rights.h"
#include "producers/kube/standstill.h"
#include "producers/kube/watch.h"
#include "producers/kube/watch_log.h"
#include "producers/kube/watch_records.h"

#define POLL_MS 50
/* New lists: so many at once, which is the seven of a server that has restarted and two more,
 * then one each time. So there are at most 19 in the first minute of a storm. */
#define LISTS_MAX 9
#define LIST_EVERY_NS (6 * NS_PER_SECOND)
#define START_NS (10 * NS_PER_SECOND) /* a server that starts may refuse everything so long */

#define CHANNELS (2 * KUBE_RESOURCES)

struct watches {
	struct watches_options options;
	struct access *access;
	struct http *http;
	struct watch list[KUBE_RESOURCES];
	struct watch planned[KUBE_RESOURCES]; /* the planned lists */
	struct when next_sync[KUBE_RESOURCES];
	struct channel channels[CHANNELS]; /* the planned lists first */
	struct watch_stats stats;
	struct proofs proofs;
	struct watch_log log;
	struct standstill standstill;
	int lists;              /* that may be started now */
	struct when listed_at;  /* when there was last one more */
	bool served;            /* the server has answered once: later trouble is retried */
	struct when refused_at; /* first; WHEN_MIN for not yet */
	struct rights rights;
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
	watches->lists = LISTS_MAX;
	watches->listed_at = watches->refused_at = WHEN_MIN;
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		const struct resume_point *point = &resume->points[r];
		struct watch *watch = &watches->list[r], *planned = &watches->planned[r];
		uint64_t own_seed = seed * (uint64_t)(2 * r + 1);

		watch_init(watch, (enum kube_resource)r, options->cluster, own_seed,
			   &watches->stats);
		watch_init(planned, (enum kube_resource)r, options->cluster, ~own_seed,
			   &watches->stats);
		watch_keep_idle(planned);
		watch->scope = planned->scope = &watches->options.scope;
		watches->next_sync[r] = WHEN_MIN;
		channel_init(&watches->channels[r], planned);
		channel_init(&watches->channels[KUBE_RESOURCES + r], watch);
		if (point->revision > 0) {
			watch_resume(watch, point->revision, resume->known);
			evidence_resume(watch, point->proved, point->sure, point->witness);
			if (point->list > 0)
				watch_plan(planned, watch);
		} else if (resume->proven && point->list > 0) {
			watch_resume_list(watch, point->list, resume->known);
		} else if (point->covered || (resume->any && !resume->proven)) {
			watch->covered = true;
			watch->known = resume->proven ? resume->known : resume->received;
			watch_relist(watch, "restart");
		}
	}
	watches->http = http_open(access);
	if (watches->http == NULL) {
		watches_close(watches);
		return NULL;
	}
	proofs_init(&watches->proofs, options->cluster, options->progress_interval_ns,
		    watches->list, watches->http, seed);
	watches->proofs.last_known = resume->known;
	standstill_init(&watches->standstill, options->progress_interval_ns);
	return watches;
}

void watches_close(struct watches *watches)
{
	if (watches == NULL)
		return;
	for (int i = 0; i < CHANNELS; i++) {
		channel_free(&watches->channels[i]);
		watch_free(watches->channels[i].watch);
	}
	proofs_stop(&watches->proofs);
	http_close(watches->http);
	free(watches);
}

/* Starts a planned list when it is due; each resource has its own time in the interval. */
static void plan_sync(struct watches *watches, int r, const struct clocks *now)
{
	int64_t interval = watches->options.sync_interval_ns;
	const struct watch *watch = &watches->list[r];
	struct watch *planned = &watches->planned[r];
	struct when *next = &watches->next_sync[r];

	if (watch->revision == 0 || watch->gap != NULL || watch->state < WATCH_TO_WATCH) {
		/* The list that is due replaces it. */
		watch_stop(planned);
		planned->list_revision = 0;
		return;
	}
	if (when_is_min(*next))
		*next = when_add(now->tick, interval / KUBE_RESOURCES * (r + 1));
	if (watch->revision < planned->list_revision)
		return; /* a late change took it back: the list would begin a new order */
	if (interval > 0 && planned->state == WATCH_IDLE && when_not_after(*next, now->tick)) {
		*next = when_add(now->tick, interval);
		watch_plan(planned, watch);
	}
	/* It was to begin again: the watch has come further. */
	if (planned->state == WATCH_TO_LIST && !planned->begun)
		watch_plan(planned, watch);
}

/* True when another new list may be started. */
static bool take_list_budget(struct watches *watches, const struct clocks *now)
{
	if (when_is_min(watches->listed_at) || watches->lists == LISTS_MAX)
		watches->listed_at = now->tick;
	while (watches->lists < LISTS_MAX &&
	       when_since(now->tick, watches->listed_at) >= LIST_EVERY_NS) {
		watches->listed_at = when_add(watches->listed_at, LIST_EVERY_NS);
		watches->lists++;
	}
	if (watches->lists == 0)
		return false;
	watches->lists--;
	return true;
}

int watches_ask(struct watches *watches, const struct clocks *now)
{
	for (int r = 0; r < KUBE_RESOURCES; r++)
		plan_sync(watches, r, now);
	for (int i = 0; i < CHANNELS; i++) {
		struct channel *channel = &watches->channels[i];
		struct watch *watch = channel->watch;

		if (watch_expire(watch, now))
			watch_log_problem(&watches->log, watch, now);
		if (channel_tend(channel, watches->http) < 0)
			return -1;
		if (!watch_due(watch, now) ||
		    (watch_lists_anew(watch) && !take_list_budget(watches, now)))
			continue;
		if (channel_ask(channel, watches->http, now) < 0)
			return -1;
	}
	return 0;
}

int watches_turn(struct watches *watches, int fd)
{
	int wait_ms = POLL_MS;

	for (int i = 0; i < CHANNELS; i++)
		if (channel_came_ahead(&watches->channels[i]))
			wait_ms = 0;
	return http_turn(watches->http, fd, wait_ms);
}

/* The server has refused everything. With 403 the rules that are lacking say what to do. */
static void log_refusal(const struct watches *watches, const struct watch *watch, long status)
{
	const struct access *access = watches->access;
	struct text rules;

	text_init(&rules, 4096);
	if (status == 403) {
		text_add_string(&rules, "; these rules of RBAC give it:");
		rights_add(&rules, watches->list, &watches->options.scope);
	}
	log_error("the API server %s of %s refuses: %s%s", access->server, access->source,
		  watch->problem, text_terminate(&rules));
	text_free(&rules);
}

/* Until the server's first good answer, trouble that only the user can fix is fatal. -1 after
 * logging. */
static int check_start(struct watches *watches, const struct watch *watch,
		       const struct http_request *request, const struct clocks *now)
{
	bool refused = request->status == 401 || request->status == 403;
	const struct access *access = watches->access;

	if (request->status == 200 && request->failure == HTTP_FINE)
		watches->served = true;
	if (watches->served)
		return 0;
	if (request->failure == HTTP_UNREACHABLE || request->failure == HTTP_UNTRUSTED) {
		log_error("cannot reach the API server %s of %s: %s", access->server,
			  access->source, request->message);
		watches->exit_code = EX_UNAVAILABLE;
		return -1;
	}
	if (refused && when_is_min(watches->refused_at))
		watches->refused_at = now->tick;
	/* A server that starts does not know its accounts and rules yet. */
	if (refused && request->failure == HTTP_FINE &&
	    when_since(now->tick, watches->refused_at) >= START_NS) {
		log_refusal(watches, watch, request->status);
		watches->exit_code = EX_NOPERM;
		return -1;
	}
	return 0;
}

static int end_request(struct watches *watches, struct channel *channel, const struct clocks *now)
{
	struct watch *watch = channel->watch;
	struct http_request *request = channel->request;
	struct watch_end end = {
		.status = request->status,
		.failed = request->failure != HTTP_FINE,
		.too_large = request->failure == HTTP_TOO_LARGE,
		.message = request->message,
		.retry_after_s = request->retry_after_s,
	};
	int rc;

	if (watch_lists_anew(watch) && request->status != 200 && request->status != 410)
		watches->lists++; /* a refusal is no load, and the next one waits longer */
	watch_ended(watch, &end, now);
	rc = check_start(watches, watch, request, now);
	rights_log(&watches->rights, watches->list, &watches->options.scope);
	http_release(channel->request);
	channel->request = NULL;
	return rc;
}

/* One watch was opened: the others need not wait for their own retry. */
static void hurry_others(struct watches *watches, const struct watch *opened,
			 const struct clocks *now)
{
	for (int i = 0; i < CHANNELS; i++)
		if (watches->channels[i].watch != opened)
			retry_hurry(&watches->channels[i].watch->retry, now);
}

static enum watches_status next_of(struct watches *watches, struct channel *channel,
				   const struct clocks *now, struct text *record)
{
	struct watch *watch = channel->watch;
	bool ended;

	if (channel->request != NULL && channel->request->status) {
		uint64_t openings = watch->openings;

		watches->served = watches->served || channel->request->status == 200;
		watch_answered(watch, channel->request->status, now);
		if (openings != watch->openings) {
			hurry_others(watches, watch, now);
			retry_hurry(&watches->proofs.retry, now);
			rights_log(&watches->rights, watches->list, &watches->options.scope);
		}
	}
	if (watch_records_next(watch, now, record))
		return WATCHES_RECORD;
	ended = channel->request != NULL && channel->request->ended && watch_listening(watch);
	if (ended && end_request(watches, channel, now) < 0)
		return WATCHES_BROKEN;
	watch_log_problem(&watches->log, watch, now);
	watch_log_list(watch, now);
	return ended && watch_records_next(watch, now, record) ? WATCHES_RECORD : WATCHES_QUIET;
}

/* The connection is dead or might as well be: everything on it is requested again. */
static int reconnect(struct watches *watches, const struct clocks *now)
{
	struct watch_end end = {.failed = true, .message = "the API server does not answer"};

	watches->reconnects++;
	for (int i = 0; i < CHANNELS; i++) {
		struct channel *channel = &watches->channels[i];

		if (channel->request != NULL)
			watch_ended(channel->watch, &end, now);
		channel_release(channel);
		watch_log_problem(&watches->log, channel->watch, now);
	}
	proofs_stop(&watches->proofs);
	return http_reconnect(watches->http);
}

enum watches_status watches_next(struct watches *watches, const struct clocks *now,
				 struct text *record)
{
	for (int i = 0; i < CHANNELS; i++) {
		enum watches_status status = next_of(watches, &watches->channels[i], now, record);

		if (status != WATCHES_QUIET)
			return status;
	}
	watch_log_recovery(&watches->log, watches->list, now);
	if (proofs_turn(&watches->proofs, now) < 0 ||
	    (watches->proofs.unanswered && reconnect(watches, now) < 0))
		return WATCHES_BROKEN;
	if (proofs_next(&watches->proofs, now, record))
		return WATCHES_RECORD;
	standstill_log(&watches->standstill, &watches->proofs, now);
	return WATCHES_QUIET;
}

int watches_exit_code(const struct watches *watches)
{
	return watches->exit_code;
}

void watches_get_state(const struct watches *watches, struct watches_state *state)
{
	*state = (struct watches_state){
		.stats = watches->stats,
		.progress = watches->proofs.written,
		.rounds_failed = watches->proofs.failed,
		.reconnects = watches->reconnects,
		.known = watches->proofs.written > 0 ? watches->proofs.last_known : WHEN_MIN,
		.ahead_ns = watches->proofs.clock.ahead_ns,
		.standing = watches->standstill.standing,
	};
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		state->open[r] = watches->list[r].state == WATCH_OPEN;
		state->left_out[r] = watch_left_out(&watches->list[r]);
		state->refused[r] = watches->list[r].refused;
	}
	for (int c = 0; c < CHANNELS; c++) {
		const struct channel *channel = &watches->channels[c];

		state->waiting[channel->watch->resource] +=
			channel->watch->body.length + channel->ahead_body.length;
	}
}
