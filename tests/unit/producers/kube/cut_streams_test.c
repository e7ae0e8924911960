/* Watch streams that break off at every byte of ten changes, in pieces of 1 to 64 bytes: what is
 * written is what unbroken streams bring.
 *
 * A run has a stream of 200 events for each resource. Each of the ten is cut once, at the same byte
 * of its line, and the watch that is opened next begins with it. Every seventh byte is cut, in pieces
 * of one size; with KUBE_CUTS=all every byte is, in pieces of each size. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/text.h"
#include "common/program/log.h"
#include "producers/kube/http.h"
#include "producers/kube/watches.h"
#include "tests/unit/quoted.h"

#define EVENTS 200
#define FIRST 95 /* of those that are cut */
#define CUTS 10
#define BOOKMARK (FIRST + 5)
#define PIECE_MAX 64
#define LISTED 1000 /* the revision of the lists; event N has 1001 + N */
#define TURNS_MAX 1000000
#define HOUR_NS (3600 * NS_PER_SECOND) /* longer than a run: one round of proofs is enough */

#define BOOKMARKED "{'metadata':{'resourceVersion':'%d'}}"
#define OBJECT                                                                                     \
	"{'metadata':{'name':'%s-%03d','uid':'%d-\u00e9','labels':{'app':'a\\\\','b':'%.*s'},"     \
	"'resourceVersion':'%d'},'spec':{'nodeName':'n\\n}\\\"','containers':[{'name':'c','env':[" \
	"{}]}],"                                                                                   \
	"'more':[null,-1.5e3]},'status':{'phase':'Running','podIPs':[{'ip':'10.0.0.1'}]}}"

struct cut_request {
	struct http_request request; /* first: the client has its address */
	enum kube_resource resource;
	bool watch;
	bool proof; /* is never cut */
	size_t at;  /* bytes of the stream before what it brings next */
	struct cut_request *following;
};

struct http {
	struct cut_request *requests;
};

/* What the API server has for one resource, and what its client made of it. */
struct stream {
	struct text text;
	size_t begins[EVENTS + 1];
	size_t cuts; /* so far */
	bool sent;   /* to its end */
	struct text expected;
	size_t read; /* bytes of EXPECTED that were written again */
};

static struct {
	struct stream streams[KUBE_RESOURCES];
	struct http http;
	struct clocks now;
	size_t cuts; /* of a stream: CUTS, or 0 while it is learned what is expected */
	size_t cut_byte;
	size_t piece;
} server;

static size_t size_of(const struct stream *stream, size_t event)
{
	return stream->begins[event + 1] - stream->begins[event];
}

/* The lines differ in length, and have what a reader of JSON could stumble over. */
static void add_event(struct text *text, enum kube_resource resource, int event)
{
	static const char *const types[] = {"ADDED", "MODIFIED", "DELETED"};
	int revision = LISTED + 1 + event;

	if (event == BOOKMARK)
		text_add_format(text, quoted("{'type':'BOOKMARK','object':" BOOKMARKED "}\n"),
				revision);
	else
		text_add_format(text, quoted("{'type':'%s','object':" OBJECT "}\n"),
				types[event % 3], kube_resource_name(resource), event, event,
				event % 7, "]}]}]}]", revision);
}

static int make_streams(void **state)
{
	(void)state;
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		struct stream *stream = &server.streams[r];

		text_init(&stream->text, 1u << 20);
		text_init(&stream->expected, 1u << 20);
		for (int event = 0; event < EVENTS; event++) {
			add_event(&stream->text, (enum kube_resource)r, event);
			stream->begins[event + 1] = stream->text.length;
		}
	}
	return 0;
}

static int free_streams(void **state)
{
	(void)state;
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		text_free(&server.streams[r].text);
		text_free(&server.streams[r].expected);
	}
	return 0;
}

struct http *http_open(struct access *access)
{
	(void)access;
	return &server.http;
}

void http_close(struct http *http)
{
	while (http->requests != NULL)
		http_release(&http->requests->request);
}

static uint64_t number_after(const char *path, const char *name)
{
	const char *at = strstr(path, name);

	return at != NULL ? strtoull(at + strlen(name), NULL, 10) : 0;
}

struct http_request *http_get(struct http *http, const char *path, const char *accept,
			      enum http_form form, long timeout_s, struct text *body)
{
	struct cut_request *request = calloc(1, sizeof(*request));
	const char *end = strchr(path, '?'), *name = end;
	uint64_t revision = number_after(path, "resourceVersion=");

	(void)accept, (void)form, (void)timeout_s;
	assert_non_null(request);
	while (name[-1] != '/')
		name--;
	request->request = (struct http_request){.body = body, .http = http};
	request->resource = kube_resource_from_name(name, (size_t)(end - name));
	request->watch = strstr(path, "watch=1") != NULL;
	request->proof = number_after(path, "limit=") == 1 ||
			 (request->watch && strstr(path, "allowWatchBookmarks") == NULL);
	if (request->watch && revision > LISTED)
		request->at = server.streams[request->resource].begins[revision - LISTED];
	request->following = http->requests;
	http->requests = request;
	return &request->request;
}

void http_release(struct http_request *request)
{
	if (request == NULL)
		return;
	for (struct cut_request **at = &request->http->requests; *at != NULL;
	     at = &(*at)->following) {
		struct cut_request *found = *at;

		if (&found->request == request) {
			*at = found->following;
			free(found);
			return;
		}
	}
}

int http_reconnect(struct http *http)
{
	(void)http;
	return 0;
}

bool http_drained(const struct http *http)
{
	(void)http;
	return true;
}

static void end(struct http_request *request, enum http_failure failure)
{
	request->ended = true;
	request->failure = failure;
}

static void answer_list(struct cut_request *at)
{
	text_add_format(at->request.body,
			"{\"metadata\":{\"resourceVersion\":\"%d\"},\"items\":[]}",
			at->proof ? LISTED + EVENTS : LISTED);
	end(&at->request, HTTP_FINE);
}

/* Brings the next piece of a stream. True if there was one, or the stream has ended. */
static bool bring(struct cut_request *at)
{
	struct stream *stream = &server.streams[at->resource];
	bool cut = !at->proof && stream->cuts < server.cuts;
	size_t event = FIRST + stream->cuts, stop = stream->text.length, length;

	length = at->proof ? SIZE_MAX : server.piece;
	if (cut)
		stop = stream->begins[event] + server.cut_byte % size_of(stream, event);
	if (length > stop - at->at)
		length = stop - at->at;
	text_add(at->request.body, stream->text.data + at->at, length);
	at->at += length;
	if (at->at < stop)
		return true;
	stream->cuts += cut;
	stream->sent = stream->sent || (!at->proof && !cut);
	if (cut || at->proof)
		end(&at->request, cut ? HTTP_BROKEN : HTTP_FINE);
	return length > 0 || cut;
}

/* Time passes only while there is nothing to do. */
int http_turn(struct http *http, int fd, int timeout_ms)
{
	bool brought = false;

	(void)fd;
	for (struct cut_request *at = http->requests; at != NULL; at = at->following) {
		if (at->request.ended)
			continue;
		at->request.status = 200;
		at->request.multiplexed = true;
		at->request.connection = 1;
		if (at->watch)
			brought = bring(at) || brought;
		else
			answer_list(at);
	}
	if (!brought)
		server.now.tick = when_add(server.now.tick, timeout_ms * NS_PER_MS);
	return 0;
}

static void take(const struct text *record)
{
	const char *name = strstr(record->data, "\"resource\":\"");
	struct stream *stream;
	size_t length;

	if (name == NULL) /* a PROGRESS */
		return;
	name += strlen("\"resource\":\"");
	length = strcspn(name, "\"");
	stream = &server.streams[kube_resource_from_name(name, length)];
	if (server.cuts == 0)
		text_add(&stream->expected, record->data, record->length);
	else if (record->length > stream->expected.length - stream->read ||
		 memcmp(record->data, stream->expected.data + stream->read, record->length) != 0)
		fail_msg("cut at byte %zu in pieces of %zu: %s, but expected was %s",
			 server.cut_byte, server.piece, record->data,
			 stream->expected.data + stream->read);
	stream->read += record->length;
}

static bool all_sent(void)
{
	for (int r = 0; r < KUBE_RESOURCES; r++)
		if (!server.streams[r].sent)
			return false;
	return true;
}

static void turn(struct watches *watches, struct text *record)
{
	assert_int_equal(watches_ask(watches, &server.now), 0);
	assert_int_equal(watches_turn(watches, -1), 0);
	for (;;) {
		text_clear(record);
		if (watches_next(watches, &server.now, record) != WATCHES_RECORD)
			return;
		text_terminate(record);
		take(record);
	}
}

/* Reads all streams once. CUT of each: not at all, or CUTS times at CUT_BYTE. */
static void run(size_t cuts, size_t cut_byte, size_t piece)
{
	static char url[] = "https://fake", source[] = "a test";
	struct watches_options options = {.cluster = "c", .progress_interval_ns = HOUR_NS};
	struct access access = {.server = url, .source = source};
	struct resume resume;
	struct watches *watches;
	struct text record;
	int turns = 0;

	server.now.tick = (struct when){0};
	server.now.wall = server.now.received = (struct when){1767225600 * NS_PER_SECOND};
	server.cuts = cuts;
	server.cut_byte = cut_byte;
	server.piece = piece;
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		server.streams[r].cuts = server.streams[r].read = 0;
		server.streams[r].sent = false;
	}
	text_init(&record, 65536);
	resume_init(&resume);
	watches = watches_open(&options, &access, &resume, cut_byte + 1);
	assert_non_null(watches);
	while (!all_sent() && turns++ < TURNS_MAX)
		turn(watches, &record);
	for (int r = 0; r < KUBE_RESOURCES; r++)
		assert_int_equal(server.streams[r].read, server.streams[r].expected.length);
	watches_close(watches);
	text_free(&record);
}

/* The unbroken streams are written whole: each event, but the bookmark, is a record. */
static void check_unbroken(void)
{
	for (int r = 0; r < KUBE_RESOURCES; r++) {
		const char *at = text_terminate(&server.streams[r].expected);
		char name[64];

		for (int event = 0; event < EVENTS; event++) {
			if (event == BOOKMARK)
				continue;
			snprintf(name, sizeof(name), "\"name\":\"%s-%03d\"",
				 kube_resource_name((enum kube_resource)r), event);
			at = strstr(at, name);
			assert_non_null(at);
		}
		assert_null(strstr(at, "\"object\""));
	}
}

/* Of the events that are cut; returns the sum. */
static size_t add_sizes(size_t *longest)
{
	size_t bytes = 0;

	for (int r = 0; r < KUBE_RESOURCES; r++) {
		for (size_t event = FIRST; event < FIRST + CUTS; event++) {
			size_t size = size_of(&server.streams[r], event);

			bytes += size;
			*longest = size > *longest ? size : *longest;
		}
	}
	return bytes;
}

static void cut_streams_are_written_as_unbroken_ones(void **state)
{
	const char *which = getenv("KUBE_CUTS");
	bool all = which != NULL && strcmp(which, "all") == 0;
	size_t longest = 0, bytes, runs = 0;

	(void)state;
	log_init("test", LOG_LEVEL_ERROR, LOG_LOGFMT);
	run(0, 0, SIZE_MAX);
	check_unbroken();
	bytes = add_sizes(&longest);
	for (size_t byte = 0; byte < longest; byte += all ? 1 : 7) {
		size_t one = byte % PIECE_MAX + 1;

		for (size_t piece = all ? 1 : one; piece <= (all ? PIECE_MAX : one); piece++) {
			run(CUTS, byte, piece);
			runs++;
		}
	}
	printf("%s of %zu bytes of %d streams, in pieces of %s: %zu runs, all equal to the "
	       "unbroken "
	       "streams\n",
	       all ? "each" : "every seventh", bytes, KUBE_RESOURCES,
	       all ? "each size from 1 to 64" : "one size", runs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(cut_streams_are_written_as_unbroken_ones,
						make_streams, free_streams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
