#include "tests/unit/producers/kube/fake_api.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "producers/kube/http.h"

#define MS(n) ((n)*NS_PER_MS)
#define PAGE_ITEMS 3
#define BLOCK_NS (3 * NS_PER_SECOND) /* how long a list waits for the watch cache */

enum request_kind { LIST, REACH, SECOND, WATCH };

struct fake_request {
	struct http_request request; /* first: the client has its address */
	enum request_kind kind;
	enum kube_resource resource;
	uint64_t revision; /* asked for, 0 for the newest */
	bool exact, frozen;
	size_t from_item;
	struct when asked_at, answer_at, opened_at, ends_at, times_out_at;
	size_t next; /* the change to look at */
	struct text out;
	double allowed; /* bytes, with SLOW */
	struct fake_request *following;
};

struct http {
	struct fake_request *requests;
};

static struct {
	bool multiplexed;
	struct when fault_until[FAKE_FAULTS][KUBE_RESOURCES];
	int64_t parameter[FAKE_FAULTS][KUBE_RESOURCES];
	uint64_t oldest;                  /* a watch from before it is refused */
	uint64_t reached[KUBE_RESOURCES]; /* by the watch cache */
	bool lost[KUBE_RESOURCES];
	uint64_t requests, lists;
	long connection;
	struct http *http;
} fake;

void fake_api_start(bool multiplexed)
{
	memset(&fake, 0, sizeof(fake));
	fake.multiplexed = multiplexed;
	fake.connection = 1;
}

static bool is(enum fake_fault fault, enum kube_resource resource)
{
	return when_before(fake_clocks()->tick, fake.fault_until[fault][resource]);
}

void fake_api_set(enum fake_fault fault, enum kube_resource resource, int64_t ms, int64_t parameter)
{
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		if (resource != KUBE_RESOURCES && (int)resource != r)
			continue;
		fake.fault_until[fault][r] = when_add(fake_clocks()->tick, MS(ms));
		fake.parameter[fault][r] = parameter;
	}
	for (struct fake_request *at = fake.http != NULL ? fake.http->requests : NULL;
	     at != NULL && fault == FAKE_STALL; at = at->following)
		if (at->kind == WATCH && is(fault, at->resource))
			at->frozen = true;
}

/* The revision that the watch cache has reached; it never goes back. */
static uint64_t cached(enum kube_resource resource)
{
	int64_t lag = is(FAKE_LAG, resource) ? MS(fake.parameter[FAKE_LAG][resource]) : 0;
	struct when until = when_add(fake_clocks()->wall, -lag);
	uint64_t reached = lag > 0 ? fake.oldest : fake_revision();

	for (size_t i = fake_count(); i-- > 0 && lag > 0;) {
		if (fake_changes()[i].undone || when_before(until, fake_changes()[i].at))
			continue;
		reached = fake_changes()[i].revision;
		break;
	}
	if (fake.reached[resource] < reached)
		fake.reached[resource] = reached;
	return fake.reached[resource];
}

struct http *http_open(struct access *access)
{
	(void)access;
	fake.http = calloc(1, sizeof(*fake.http));
	return fake.http;
}

void http_close(struct http *http)
{
	if (http == NULL)
		return;
	while (http->requests != NULL)
		http_release(&http->requests->request);
	free(http);
	fake.http = NULL;
}

struct http_request *http_get(struct http *http, const char *path, const char *accept,
			      enum http_form form, long timeout_s, struct text *body)
{
	struct fake_request *request = calloc(1, sizeof(*request));
	bool watch = strstr(path, "watch=1") != NULL;
	uint64_t life = fake_path_number(path, "timeoutSeconds=");

	(void)accept, (void)form;
	if (request == NULL)
		return NULL;
	request->kind = watch ? (life == 1 ? SECOND : WATCH)
			      : (strstr(path, "?limit=1&") != NULL ||
						 strstr(path, "?limit=1") + 8 == path + strlen(path)
					 ? REACH
					 : LIST);
	request->resource = fake_path_resource(path);
	request->revision = fake_path_number(path, "resourceVersion=");
	request->exact = strstr(path, "Match=Exact") != NULL;
	if (strstr(path, "continue=") != NULL) {
		request->revision = fake_path_number(path, "continue=");
		request->from_item = fake_path_number(path, "_");
		request->exact = true;
	}
	request->request.body = body;
	request->request.http = http;
	request->asked_at = fake_clocks()->tick;
	/* So long that there are changes while a planned list runs. */
	request->answer_at =
		when_add(request->asked_at, MS((int64_t)fake_draw(request->exact ? 500 : 30)));
	request->ends_at =
		watch ? when_add(request->answer_at, (int64_t)life * NS_PER_SECOND) : WHEN_MAX;
	request->opened_at = WHEN_MIN;
	request->times_out_at = when_add(request->asked_at, timeout_s * NS_PER_SECOND);
	text_init(&request->out, 1u << 24);
	request->following = http->requests;
	http->requests = request;
	fake.requests++;
	fake.lists += request->kind == LIST;
	return &request->request;
}

void http_release(struct http_request *request)
{
	if (request == NULL)
		return;
	for (struct fake_request **at = &request->http->requests; *at != NULL;
	     at = &(*at)->following) {
		struct fake_request *found = *at;

		if (&found->request == request) {
			*at = found->following;
			text_free(&found->out);
			free(found);
			return;
		}
	}
}

int http_reconnect(struct http *http)
{
	assert(http->requests == NULL);
	fake.connection++;
	return 0;
}

bool http_drained(const struct http *http)
{
	(void)http;
	return true;
}

static void end(struct fake_request *at, enum http_failure failure)
{
	at->request.ended = true;
	at->request.failure = failure;
	snprintf(at->request.message, sizeof(at->request.message), "%s",
		 failure != HTTP_FINE ? "the fake fails" : "");
}

static void refuse(struct fake_request *at, long status)
{
	at->request.status = status;
	at->request.retry_after_s = status == 429 || status == 503 ? 1 : 0;
	text_add_format(at->request.body, "{\"kind\":\"Status\",\"code\":%ld}", status);
	end(at, HTTP_FINE);
	if (status == 410)
		fake.lost[at->resource] = true;
}

static void answer_list(struct fake_request *at, uint64_t revision)
{
	fake_add_page(at->request.body, at->resource, revision, at->from_item, PAGE_ITEMS);
	at->request.status = 200;
	end(at, HTTP_FINE);
}

static void serve_list(struct fake_request *at)
{
	bool not_older = at->kind == REACH && at->revision > 0;

	if (at->exact && at->revision < fake.oldest) {
		refuse(at, 410);
	} else if (not_older && cached(at->resource) < at->revision) {
		if (when_since(fake_clocks()->tick, at->answer_at) >= BLOCK_NS)
			refuse(at, 504);
	} else {
		answer_list(at, at->exact   ? at->revision
				: not_older ? cached(at->resource)
					    : fake_revision());
	}
}

static void open_stream(struct fake_request *at)
{
	bool gone =
		at->revision < fake.oldest || (at->kind == WATCH && is(FAKE_GONE, at->resource));

	if (gone && fake_draw(2)) {
		refuse(at, 410);
		return;
	}
	at->request.status = 200;
	at->opened_at = fake_clocks()->tick;
	at->frozen = at->kind == WATCH && is(FAKE_SILENT, at->resource);
	if (is(FAKE_SHORT, at->resource))
		at->ends_at = when_earlier(
			at->ends_at,
			when_add(at->opened_at, MS(fake.parameter[FAKE_SHORT][at->resource])));
	if (!gone)
		return;
	text_add_string(&at->out, "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\","
				  "\"code\":410}}\n");
	at->next = fake_count();
	at->ends_at = fake_clocks()->tick;
	at->frozen = false;
	fake.lost[at->resource] = true;
}

/* The same for a watch whose server is blocked; what it does not write is dropped. */
static size_t arriving_late(struct fake_request *at)
{
	const char *line = memchr(at->out.data, '\n', at->out.length);

	if (when_since(fake_clocks()->tick, at->opened_at) <
	    MS(fake.parameter[FAKE_BLOCKED][at->resource]))
		return 0;
	at->out.length = line == NULL || at->request.body->length > 0
				 ? 0
				 : (size_t)(line + 1 - at->out.data);
	return at->out.length;
}

/* How many bytes of OUT arrive now. */
static size_t arriving(struct fake_request *at, int64_t passed_ns)
{
	size_t bytes = at->out.length;

	if (at->frozen || is(FAKE_FROZEN, at->resource))
		return 0;
	if (at->kind == SECOND && is(FAKE_BLOCKED, at->resource) && bytes > 0)
		return arriving_late(at);
	if (at->kind == WATCH && is(FAKE_HALF, at->resource)) {
		at->frozen = bytes > 0;
		return bytes / 2;
	}
	if (at->kind != WATCH || !is(FAKE_SLOW, at->resource))
		return bytes;
	at->allowed += (double)fake.parameter[FAKE_SLOW][at->resource] * (double)passed_ns / 1e9;
	if (bytes > (size_t)at->allowed)
		bytes = (size_t)at->allowed;
	at->allowed -= (double)bytes;
	return bytes;
}

static void move(struct fake_request *at, size_t bytes)
{
	text_add(at->request.body, at->out.data, bytes);
	at->out.length -= bytes;
	if (bytes > 0)
		memmove(at->out.data, at->out.data + bytes, at->out.length);
}

static void serve_stream(struct fake_request *at, int64_t passed_ns)
{
	bool lies = at->kind == SECOND && is(FAKE_LIE, at->resource);
	size_t hidden = lies ? (size_t)fake.parameter[FAKE_LIE][at->resource] : SIZE_MAX;
	uint64_t reached = cached(at->resource);

	for (; at->next < fake_count(); at->next++) {
		const struct fake_change *change = &fake_changes()[at->next];

		if (!change->undone && change->revision > reached)
			break;
		if (change->resource == at->resource && !change->undone &&
		    change->revision > at->revision && at->next < hidden)
			fake_add_change(&at->out, change);
	}
	move(at, arriving(at, passed_ns));
	if (when_not_after(at->ends_at, fake_clocks()->tick) && !at->frozen &&
	    (at->out.length == 0 || is(FAKE_FROZEN, at->resource)))
		end(at, HTTP_FINE);
}

static void serve(struct fake_request *at, int64_t passed_ns)
{
	enum kube_resource r = at->resource;
	bool proof = at->kind == REACH || at->kind == SECOND;
	enum fake_fault refusal =
		proof && is(FAKE_PROOF_STATUS, r) ? FAKE_PROOF_STATUS : FAKE_STATUS;

	if (at->request.ended)
		return;
	if (when_not_after(at->times_out_at, fake_clocks()->tick)) {
		end(at, HTTP_TIMED_OUT);
	} else if (!when_is_min(at->opened_at)) {
		serve_stream(at, passed_ns);
	} else if (when_before(fake_clocks()->tick, at->answer_at) || is(FAKE_MUTE, r) ||
		   (proof && is(FAKE_PROOF_STALL, r))) {
		return;
	} else if (is(FAKE_UNREACHED, r)) {
		end(at, HTTP_BROKEN);
	} else if (is(refusal, r)) {
		refuse(at, (long)fake.parameter[refusal][r]);
	} else if (at->kind == LIST || at->kind == REACH) {
		serve_list(at);
	} else {
		open_stream(at);
	}
	at->request.multiplexed = fake.multiplexed;
	at->request.connection = fake.multiplexed ? fake.connection : 0;
}

int http_turn(struct http *http, int fd, int timeout_ms)
{
	int64_t passed = MS(5 + (int64_t)fake_draw(timeout_ms > 5 ? (uint64_t)timeout_ms - 4 : 1));

	(void)fd;
	fake_pass(passed);
	for (int r = 0; r < KUBE_RESOURCES; r++)
		cached((enum kube_resource)r);
	for (struct fake_request *at = http->requests; at != NULL; at = at->following)
		serve(at, passed);
	return 0;
}

void fake_api_cut(enum kube_resource resource, bool cleanly)
{
	for (struct fake_request *at = fake.http->requests; at != NULL; at = at->following) {
		bool stream = at->kind == WATCH || at->kind == SECOND;

		if (at->request.ended || !stream || when_is_min(at->opened_at) ||
		    (resource != KUBE_RESOURCES && at->resource != resource))
			continue;
		if (!cleanly && at->out.length > 0)
			move(at, fake_draw(at->out.length));
		end(at, cleanly ? HTTP_FINE : HTTP_BROKEN);
	}
}

void fake_api_restart(void)
{
	for (struct fake_request *at = fake.http->requests; at != NULL; at = at->following)
		if (!at->request.ended)
			end(at, HTTP_BROKEN);
	fake.oldest = fake_revision();
	memset(fake.reached, 0, sizeof(fake.reached));
}

bool fake_api_told_lost(enum kube_resource resource)
{
	bool lost = fake.lost[resource];

	fake.lost[resource] = false;
	return lost;
}

void fake_api_restore(void)
{
	fake_undo();
	memset(fake.lost, true, sizeof(fake.lost));
	fake_api_restart();
}

uint64_t fake_api_requests(void)
{
	return fake.requests;
}

uint64_t fake_api_lists(void)
{
	return fake.lists;
}
