#include "producers/kube/watch.h"

#include <stdio.h>
#include <string.h>

#include "producers/kube/api_reply.h"
#include "producers/kube/evidence.h"
#include "producers/kube/path.h"

#define WATCH_SECONDS_MIN 300u   /* the server is asked to end a watch after a random time */
#define WATCH_SECONDS_MAX 600u   /* between these, so that the watches do not end together */
#define BODY_KEPT (1024u * 1024) /* bytes; what a page needed beyond them is freed */
#define WAIT_LOST_NS (5 * NS_PER_SECOND) /* before the second list in a row, then doubled */
#define SHORT_LIFE_NS NS_PER_SECOND
#define SHORT_LIVES_MAX 8u
#define HEALTHY_NS (10 * NS_PER_SECOND)
#define OPENING_NS (10 * NS_PER_SECOND)  /* the server answers a watch within milliseconds */
#define LISTING_NS (30 * NS_PER_SECOND)  /* without a byte */
#define REFUSED_NS (10 * NS_PER_SECOND)  /* a server that starts may refuse for a moment */
#define MISSING_NS (600 * NS_PER_SECOND) /* then the server may have been upgraded */

void watch_init(struct watch *watch, enum kube_resource resource, const char *cluster,
		uint64_t seed, struct watch_stats *stats)
{
	*watch = (struct watch){
		.resource = resource,
		.cluster = cluster,
		.stats = stats,
		.known = WHEN_MIN,
		.sure = WHEN_MIN,
		.opened_at = WHEN_MIN,
		.heard_at = WHEN_MIN,
		.byte_at = WHEN_MIN,
	};
	retry_init(&watch->retry, seed);
	text_init(&watch->body, WATCH_BODY_MAX);
	list_stream_init(&watch->page);
}

void watch_free(struct watch *watch)
{
	text_free(&watch->body);
	list_stream_free(&watch->page);
}

static void wait_to_retry(struct watch *watch, const struct clocks *now, int64_t server_wish_s,
			  int64_t longest)
{
	watch->stats->failures++;
	retry_failed(&watch->retry, now, RETRY_FIRST_NS, longest, server_wish_s);
}

static void list_from_start(struct watch *watch)
{
	watch->state = WATCH_TO_LIST;
	watch->begun = watch->gap_written = false;
	watch->witness = 0; /* the revisions may go back before it succeeds */
	list_stream_restart(&watch->page);
}

void watch_relist(struct watch *watch, const char *reason)
{
	watch->gap = reason;
	watch->exact = watch->partial = watch->leaps = false;
	watch->era++;
	watch->owed = 0;
	list_from_start(watch);
}

/* Lists again because history was lost: immediately, unless that has happened since a watch
 * last lived a while. */
static void lose(struct watch *watch, const char *reason, const struct clocks *now)
{
	if (watch->delivered < watch->revision && !watch->leaps && strcmp(reason, "expired") == 0) {
		/* What lies between was proved to be nothing. */
		watch->leaps = true;
		return;
	}
	if (watch->losses > 0)
		retry_wait(&watch->retry, now, WAIT_LOST_NS, watch->losses - 1, RETRY_LONGEST_NS,
			   0);
	watch->stats->failures++;
	watch->losses++;
	watch_relist(watch, reason);
}

void watch_resume(struct watch *watch, uint64_t revision, struct when known)
{
	watch->state = WATCH_TO_WATCH;
	watch->revision = watch->delivered = watch->written = revision;
	watch->known = watch->sure = known;
	watch->covered = true;
}

void watch_keep_idle(struct watch *list)
{
	list->planned = list->covered = true;
	watch_stop(list);
}

void watch_plan(struct watch *list, const struct watch *watch)
{
	list->exact = true;
	list->revision = watch->revision;
	list_from_start(list);
}

void watch_stop(struct watch *list)
{
	list->state = WATCH_IDLE;
	list->exact = false;
	text_free(&list->body);
	list_stream_restart(&list->page);
}

void watch_resume_list(struct watch *watch, uint64_t revision, struct when known)
{
	watch_resume(watch, revision, known);
	watch->exact = watch->partial = true;
	list_from_start(watch);
}

bool watch_left_out(const struct watch *watch)
{
	if (watch->covered)
		return false;
	return watch->missing || (watch->refused && when_since(watch->refused_at,
							       watch->refused_since) >= REFUSED_NS);
}

bool watch_due(const struct watch *watch, const struct clocks *now)
{
	return (watch->state == WATCH_TO_LIST || watch->state == WATCH_TO_WATCH) &&
	       retry_due(&watch->retry, now);
}

void watch_ask(struct watch *watch, const struct clocks *now, struct text *path)
{
	unsigned spread =
		(unsigned)(retry_draw(&watch->retry) % (WATCH_SECONDS_MAX - WATCH_SECONDS_MIN + 1));

	text_clear(&watch->body);
	if (watch->body.capacity > BODY_KEPT)
		text_free(&watch->body);
	watch->taken = watch->scanned = watch->body_seen = 0;
	watch->byte_at = now->tick;
	if (watch->state == WATCH_TO_WATCH) {
		/* From what it has delivered: should a proof have been wrong, that shows. */
		path_add_watch(path, watch->resource, watch->scope,
			       watch->leaps ? watch->revision : watch->delivered,
			       WATCH_SECONDS_MIN + spread);
		watch->state = WATCH_OPENING;
		return;
	}
	path_add_list(path, watch->resource, watch->scope, WATCH_PAGE_ITEMS,
		      watch->exact ? watch->revision : 0, &watch->page.token);
	list_stream_restart(&watch->page);
	watch->item = (struct value){NULL, 0};
	if (!watch->begun)
		watch->list_asked = now->wall;
	if (watch->exact)
		watch->list_revision = watch->revision;
	watch->state = WATCH_LISTING;
}

void watch_answered(struct watch *watch, long status, const struct clocks *now)
{
	if (watch->state == WATCH_LISTING && status == 200)
		watch->state = WATCH_WRITING;
	if (watch->state != WATCH_OPENING || status != 200)
		return;
	watch->state = WATCH_OPEN;
	watch->opened_at = watch->heard_at = now->tick;
	watch->openings++;
	watch->refused = false;
}

bool watch_listening(const struct watch *watch)
{
	return watch->state == WATCH_LISTING || watch->state == WATCH_WRITING ||
	       watch->state == WATCH_OPENING || watch->state == WATCH_OPEN;
}

bool watch_lists_anew(const struct watch *watch)
{
	return (watch->state == WATCH_TO_LIST || watch->state == WATCH_LISTING) && !watch->begun &&
	       !watch->exact;
}

bool watch_all_open(const struct watch watches[static KUBE_RESOURCES])
{
	for (int r = 0; r < KUBE_RESOURCES; r++)
		if (watches[r].state != WATCH_OPEN && !watch_left_out(&watches[r]))
			return false;
	return true;
}

static void note_problem(struct watch *watch, const char *what, long code, const char *why)
{
	if (code)
		snprintf(watch->problem, sizeof(watch->problem), "%s: HTTP %ld %s", what, code,
			 why);
	else
		snprintf(watch->problem, sizeof(watch->problem), "%s: %s", what, why);
}

void watch_page_wrong(struct watch *watch, const char *why, const struct clocks *now)
{
	watch->stats->unreadable += !watch->page.too_large;
	watch->stats->too_large += watch->page.too_large;
	note_problem(watch, "cannot list", 0, why);
	list_from_start(watch);
	wait_to_retry(watch, now, 0, RETRY_LONGEST_NS);
}

bool watch_page_begins(struct watch *watch, const struct clocks *now)
{
	/* All pages show one state (apimachinery:pkg/apis/meta/v1/types.go, Continue). */
	if ((watch->begun || watch->exact) && watch->page.revision != watch->list_revision) {
		watch_page_wrong(watch, "the page has another resourceVersion", now);
		return false;
	}
	watch->list_revision = watch->page.revision;
	/* Revisions only go back when etcd was restored: docs/answers.md section 1, Revision. */
	if (!watch->exact && watch->list_revision < watch->revision)
		watch->gap = WATCH_WENT_BACK;
	watch->missing = watch->refused = false;
	return true;
}

/* Reads why a request failed, or why the server refused it. */
static void read_refusal(struct watch *watch, const char *what, const struct watch_end *end,
			 struct api_reply_status *status)
{
	api_reply_read_status(watch->body.data, watch->body.length, status);
	note_problem(watch, what, end->status, end->failed ? end->message : status->message);
}

static void wait_after(struct watch *watch, const struct watch_end *end,
		       const struct api_reply_status *status, const struct clocks *now)
{
	wait_to_retry(watch, now, end->retry_after_s ? end->retry_after_s : status->retry_after_s,
		      end->status ? RETRY_LONGEST_NS : RETRY_UNREACHED_NS);
	watch->retry.unreached = end->status == 0;
}

static void list_failed(struct watch *watch, const struct watch_end *end, const struct clocks *now)
{
	bool answered = end->status != 0 && !end->failed;
	bool refused = answered && end->status == 403;
	struct api_reply_status status;

	read_refusal(watch, "cannot list", end, &status);
	watch->missing = answered && end->status == 404 && path_optional(watch->resource);
	if (refused && !watch->refused)
		watch->refused_since = now->tick;
	watch->refused_at = now->tick;
	watch->refused = refused;
	watch->stats->too_large += end->too_large;
	if (watch->partial && !end->failed && end->status == 410) {
		lose(watch, "expired", now);
		return;
	}
	if (watch->planned && !end->failed && end->status == 410) {
		/* It comes too late for this revision; the watch loses nothing. */
		watch_stop(watch);
		return;
	}
	list_from_start(watch);
	wait_after(watch, end, &status, now);
	if (watch_left_out(watch) && watch->missing)
		watch->retry.at = when_add(now->tick, MISSING_NS);
}

static void watch_refused(struct watch *watch, const struct watch_end *end,
			  const struct clocks *now)
{
	struct api_reply_status status;
	const char *gap;

	read_refusal(watch, "cannot watch", end, &status);
	watch->refused = end->status == 403;
	gap = api_reply_loss(end->status, &status);
	watch->state = WATCH_TO_WATCH;
	if (gap != NULL)
		lose(watch, gap, now);
	else
		wait_after(watch, end, &status, now);
}

/* Notes that the stream has ended. True if it had lived a while: then earlier trouble is over. */
static bool end_life(struct watch *watch, const struct clocks *now)
{
	int64_t life = when_since(now->tick, watch->opened_at);

	watch->state = WATCH_TO_WATCH;
	if (life >= HEALTHY_NS)
		watch->retry.failures = watch->losses = 0;
	if (life >= SHORT_LIFE_NS) {
		watch->short_lives = 0;
		watch->leaps = false;
	}
	return life >= SHORT_LIFE_NS;
}

/* An incomplete last line is dropped: the next watch sends it whole. */
static void stream_ended(struct watch *watch, const struct watch_end *end, const struct clocks *now)
{
	bool heard = when_before(watch->opened_at, watch->heard_at);
	bool lived = end_life(watch, now);

	watch->problem[0] = '\0';
	if (heard)
		watch->short_lives = 0;
	if (end->failed) {
		note_problem(watch, "the watch broke off", 0, end->message);
		wait_to_retry(watch, now, 0, RETRY_UNREACHED_NS);
	} else if (!lived && !heard && ++watch->short_lives >= SHORT_LIVES_MAX) {
		/* Some front ends only close the stream when the revision has expired
		 * (kubernetes/kubernetes#137089). */
		watch->short_lives = 0;
		note_problem(watch, "cannot watch", 0, "it keeps ending immediately");
		lose(watch, "watch_ends_at_once", now);
	} else if (!lived) {
		wait_to_retry(watch, now, 0, RETRY_LONGEST_NS);
	}
}

void watch_fail(struct watch *watch, const char *gap, const char *problem, int64_t server_wish_s,
		const struct clocks *now)
{
	bool lived = end_life(watch, now);

	note_problem(watch, "the watch was ended", 0, problem);
	if (!lived && ++watch->short_lives >= SHORT_LIVES_MAX) {
		watch->short_lives = 0;
		gap = gap != NULL ? gap : "watch_fails_at_once";
	}
	if (gap != NULL)
		lose(watch, gap, now);
	else
		wait_to_retry(watch, now, server_wish_s, RETRY_LONGEST_NS);
}

bool watch_expire(struct watch *watch, const struct clocks *now)
{
	struct watch_end end = {.failed = true, .message = "the API server does not answer"};
	int64_t quiet;

	if (watch->body.length != watch->body_seen) {
		watch->body_seen = watch->body.length;
		watch->byte_at = now->tick;
	}
	if (evidence_stalled(watch, now)) {
		end_life(watch, now);
		watch->stalls++;
		watch->stats->stalls++;
		note_problem(watch, "the watch has stalled", 0,
			     "it does not bring a change that another stream has brought");
		wait_to_retry(watch, now, 0, RETRY_UNREACHED_NS);
		return true;
	}
	quiet = when_since(now->tick, watch->byte_at);
	if (!(watch->state == WATCH_OPENING && quiet >= OPENING_NS) &&
	    !((watch->state == WATCH_LISTING || watch->state == WATCH_WRITING) &&
	      quiet >= LISTING_NS))
		return false;
	watch_ended(watch, &end, now);
	return true;
}

void watch_ended(struct watch *watch, const struct watch_end *end, const struct clocks *now)
{
	switch (watch->state) {
	case WATCH_LISTING:
		list_failed(watch, end, now);
		break;
	case WATCH_WRITING:
		if (end->failed)
			list_failed(watch, end, now);
		else
			watch_page_wrong(watch, "the list breaks off", now);
		break;
	case WATCH_OPENING:
		watch_refused(watch, end, now);
		break;
	case WATCH_OPEN:
		stream_ended(watch, end, now);
		break;
	default:
		break;
	}
}
