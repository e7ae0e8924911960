#include "producers/kube/watch.h"

#include <stdio.h>
#include <string.h>

#include "producers/kube/api_reply.h"
#include "producers/kube/path.h"

#define WAIT_FIRST_NS (200 * NS_PER_MS) /* doubled, then up to as much again by chance */
#define WAIT_LONGEST_NS (30 * NS_PER_SECOND)
#define WAIT_UNREACHED_NS (2 * NS_PER_SECOND) /* while there is no server to load */
#define WATCH_SECONDS_MIN 300u   /* the server is asked to end a watch after a random time */
#define WATCH_SECONDS_MAX 600u   /* between these, so that the watches do not end together */
#define BODY_KEPT (1024u * 1024) /* bytes; what a page needed beyond them is freed */
#define SHORT_LIFE_NS NS_PER_SECOND
#define SHORT_LIVES_MAX 5u
#define HEALTHY_NS (10 * NS_PER_SECOND)

void watch_init(struct watch *watch, enum kube_resource resource, const char *cluster,
		uint64_t seed, struct watch_stats *stats)
{
	*watch = (struct watch){
		.resource = resource,
		.cluster = cluster,
		.stats = stats,
		.known = WHEN_MIN,
		.retry_at = WHEN_MIN,
		.opened_at = WHEN_MIN,
		.heard_at = WHEN_MIN,
		.lost_at = WHEN_MIN,
		.page_items = WATCH_PAGE_ITEMS,
		.random = seed | 1,
	};
	text_init(&watch->body, WATCH_BODY_MAX);
	text_init(&watch->token, 65536);
}

void watch_free(struct watch *watch)
{
	text_free(&watch->body);
	text_free(&watch->token);
}

/* xorshift64 (Marsaglia 2003), good enough to spread waiting times. */
static uint64_t draw(struct watch *watch)
{
	watch->random ^= watch->random << 13;
	watch->random ^= watch->random >> 7;
	watch->random ^= watch->random << 17;
	return watch->random;
}

/* Waits longer with every failure in a row, up to LONGEST, and at least SERVER_WISH_S. */
static void wait_to_retry(struct watch *watch, const struct clocks *now, int64_t server_wish_s,
			  int64_t longest)
{
	int64_t wait = WAIT_FIRST_NS;

	for (unsigned i = 0; i < watch->failures && wait < longest; i++)
		wait *= 2;
	if (wait > longest)
		wait = longest;
	wait += (int64_t)(draw(watch) % (uint64_t)wait);
	if (server_wish_s > 3600)
		server_wish_s = 3600;
	if (wait < server_wish_s * NS_PER_SECOND)
		wait = server_wish_s * NS_PER_SECOND;
	watch->failures++;
	watch->stats->failures++;
	watch->wished = server_wish_s > 0;
	watch->retry_at = when_add(now->tick, wait);
}

void watch_hurry(struct watch *watch, const struct clocks *now)
{
	if (!watch->wished && when_before(now->tick, watch->retry_at))
		watch->retry_at = now->tick;
}

static void list_from_start(struct watch *watch)
{
	watch->state = WATCH_TO_LIST;
	watch->begun = watch->gap_written = false;
	text_clear(&watch->token);
}

void watch_relist(struct watch *watch, const char *reason)
{
	watch->gap = reason;
	watch->exact = false;
	list_from_start(watch);
}

/* Lists again because history was lost: immediately, unless that happened a moment ago. */
static void lose(struct watch *watch, const char *reason, const struct clocks *now)
{
	if (when_since(now->tick, watch->lost_at) < HEALTHY_NS)
		wait_to_retry(watch, now, 0, WAIT_LONGEST_NS);
	watch->lost_at = now->tick;
	watch_relist(watch, reason);
}

void watch_resume(struct watch *watch, uint64_t revision, struct when known)
{
	watch->state = WATCH_TO_WATCH;
	watch->revision = watch->delivered = revision;
	watch->known = known;
}

void watch_sync(struct watch *watch)
{
	watch->exact = true;
	list_from_start(watch);
}

void watch_again(struct watch *watch)
{
	watch->state = WATCH_TO_WATCH;
}

void watch_prove(struct watch *watch, uint64_t revision, struct when known)
{
	if (watch->revision < revision)
		watch->revision = revision;
	watch->known = when_later(watch->known, known);
}

bool watch_due(const struct watch *watch, const struct clocks *now)
{
	return (watch->state == WATCH_TO_LIST || watch->state == WATCH_TO_WATCH) &&
	       when_not_after(watch->retry_at, now->tick);
}

void watch_ask(struct watch *watch, const struct clocks *now, struct text *path)
{
	unsigned spread = (unsigned)(draw(watch) % (WATCH_SECONDS_MAX - WATCH_SECONDS_MIN + 1));

	text_clear(&watch->body);
	if (watch->body.capacity > BODY_KEPT)
		text_free(&watch->body);
	watch->taken = watch->scanned = 0;
	if (watch->state == WATCH_TO_WATCH) {
		path_add_watch(path, watch->resource, watch->revision, WATCH_SECONDS_MIN + spread);
		watch->state = WATCH_OPENING;
		return;
	}
	path_add_list(path, watch->resource, watch->page_items, watch->exact ? watch->revision : 0,
		      &watch->token);
	if (!watch->begun)
		watch->list_asked = now->wall;
	watch->state = WATCH_LISTING;
}

void watch_answered(struct watch *watch, long status, const struct clocks *now)
{
	if (watch->state != WATCH_OPENING || status != 200)
		return;
	watch->state = WATCH_OPEN;
	watch->opened_at = watch->heard_at = now->tick;
	watch->openings++;
}

bool watch_listening(const struct watch *watch)
{
	return watch->state == WATCH_LISTING || watch->state == WATCH_OPENING ||
	       watch->state == WATCH_OPEN;
}

bool watch_all_open(const struct watch watches[static KUBE_RESOURCES])
{
	for (int r = 0; r < KUBE_RESOURCES; r++)
		if (watches[r].state != WATCH_OPEN && watches[r].state != WATCH_LEFT_OUT)
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

static void cannot_list(struct watch *watch, const char *why, const struct clocks *now)
{
	note_problem(watch, "cannot list", 0, why);
	list_from_start(watch);
	wait_to_retry(watch, now, 0, WAIT_LONGEST_NS);
}

static void page_ended(struct watch *watch, const struct clocks *now)
{
	struct api_reply_page page;

	if (!api_reply_read_page(watch->body.data, watch->body.length, &page)) {
		watch->stats->unreadable++;
		cannot_list(watch, "the answer is not a list with a resourceVersion", now);
		return;
	}
	/* All pages show one state (apimachinery:pkg/apis/meta/v1/types.go, Continue). */
	if (watch->begun && page.revision != watch->list_revision) {
		watch->stats->unreadable++;
		cannot_list(watch, "the next page has another resourceVersion", now);
		return;
	}
	watch->items = page.items;
	watch->list_revision = page.revision;
	text_clear(&watch->token);
	if (page.token.length > 2)
		text_add(&watch->token, page.token.bytes + 1, page.token.length - 2);
	/* Without its token it would look like the last page. */
	if (watch->token.failed) {
		cannot_list(watch, "there is no room for the token of the next page", now);
		return;
	}
	watch->failures = 0;
	watch->state = WATCH_WRITING;
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
		      end->status ? WAIT_LONGEST_NS : WAIT_UNREACHED_NS);
}

static void list_failed(struct watch *watch, const struct watch_end *end, const struct clocks *now)
{
	bool missing = end->status == 404 || end->status == 403;
	struct api_reply_status status;

	read_refusal(watch, "cannot list", end, &status);
	if (missing && path_optional(watch->resource)) {
		watch->state = WATCH_LEFT_OUT;
		return;
	}
	if (end->too_large) {
		watch->stats->too_large++;
		watch->page_items = watch->page_items > 1 ? watch->page_items / 2 : 1;
	}
	if (watch->exact && !end->failed && end->status == 410) {
		/* The planned list comes too late for this revision; the watch loses nothing. */
		watch->exact = false;
		watch->state = WATCH_TO_WATCH;
		return;
	}
	list_from_start(watch);
	wait_after(watch, end, &status, now);
}

static void watch_refused(struct watch *watch, const struct watch_end *end,
			  const struct clocks *now)
{
	struct api_reply_status status;
	const char *gap;

	read_refusal(watch, "cannot watch", end, &status);
	gap = api_reply_loss(end->status, &status);
	watch->state = WATCH_TO_WATCH;
	if (gap != NULL)
		lose(watch, gap, now);
	else
		wait_after(watch, end, &status, now);
}

/* An incomplete last line is dropped: the next watch sends it whole. */
static void stream_ended(struct watch *watch, const struct watch_end *end, const struct clocks *now)
{
	bool heard = when_before(watch->opened_at, watch->heard_at);
	bool short_life = !heard && when_since(now->tick, watch->opened_at) < SHORT_LIFE_NS;

	watch->state = WATCH_TO_WATCH;
	watch->problem[0] = '\0';
	if (end->failed)
		note_problem(watch, "the watch broke off", 0, end->message);
	if (heard || when_since(now->tick, watch->opened_at) >= HEALTHY_NS)
		watch->failures = watch->short_lives = 0;
	if (short_life && ++watch->short_lives >= SHORT_LIVES_MAX) {
		/* Some front ends only close the stream when the revision has expired. */
		watch->short_lives = 0;
		note_problem(watch, "cannot watch", 0, "it keeps ending immediately");
		lose(watch, "watch_ends_at_once", now);
	} else if (short_life || end->failed) {
		wait_to_retry(watch, now, 0, WAIT_LONGEST_NS);
	}
}

void watch_fail(struct watch *watch, const char *gap, const char *problem, int64_t server_wish_s,
		const struct clocks *now)
{
	bool short_life = when_since(now->tick, watch->opened_at) < SHORT_LIFE_NS;

	watch->state = WATCH_TO_WATCH;
	note_problem(watch, "the watch was ended", 0, problem);
	if (short_life && ++watch->short_lives >= SHORT_LIVES_MAX) {
		watch->short_lives = 0;
		gap = gap != NULL ? gap : "watch_fails_at_once";
	}
	if (gap != NULL)
		lose(watch, gap, now);
	else
		wait_to_retry(watch, now, server_wish_s, WAIT_LONGEST_NS);
}

void watch_ended(struct watch *watch, const struct watch_end *end, const struct clocks *now)
{
	switch (watch->state) {
	case WATCH_LISTING:
		if (end->status == 200 && !end->failed)
			page_ended(watch, now);
		else
			list_failed(watch, end, now);
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
