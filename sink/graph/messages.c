#include "sink/graph/messages.h"

#include <stdlib.h>
#include <string.h>

#include "sink/graph/measures.h"

#define FIRST_CAPACITY 1 /* most edges have one protocol */
#define NAME_BYTES "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/()"

static int compare(const struct messages_kind *kind, const char *protocol, bool from_server)
{
	int order = strcmp(kind->protocol, protocol);

	return order != 0 ? order : (int)kind->from_server - (int)from_server;
}

/* Makes room for one more kind. -1 if out of memory. */
static int reserve(struct messages **sum)
{
	size_t old = *sum == NULL ? 0 : (*sum)->capacity;
	size_t capacity = old == 0 ? FIRST_CAPACITY : 2 * old;
	struct messages *grown;

	if (*sum != NULL && (*sum)->count < old)
		return 0;
	grown = realloc(*sum, sizeof(*grown) + capacity * sizeof(grown->kinds[0]));
	if (grown == NULL)
		return -1;
	if (*sum == NULL)
		grown->count = 0;
	memset(grown->kinds + old, 0, (capacity - old) * sizeof(grown->kinds[0]));
	grown->capacity = capacity;
	*sum = grown;
	return 0;
}

/* Makes a kind at AT, with the histograms' memory of the first free one. */
static struct messages_kind *insert(struct messages *messages, size_t at, const char *protocol,
				    bool from_server)
{
	struct messages_kind *kind = &messages->kinds[at];
	struct messages_kind made = {
		.from_server = from_server,
		.first_bytes = messages->kinds[messages->count].first_bytes,
		.last_bytes = messages->kinds[messages->count].last_bytes,
	};

	memcpy(made.protocol, protocol, strlen(protocol) + 1);
	memmove(kind + 1, kind, (messages->count++ - at) * sizeof(*kind));
	*kind = made;
	return kind;
}

static bool is_further(const char *protocol)
{
	return strcmp(protocol, MESSAGES_FURTHER) == 0;
}

/* Two places are those of further ones, asked from either side; the others have names. */
static size_t named(const struct messages *messages)
{
	size_t count = 0;

	for (size_t i = 0; messages != NULL && i < messages->count; i++)
		count += !is_further(messages->kinds[i].protocol);
	return count;
}

struct messages_kind *messages_like(struct messages **sum, const char *protocol, bool from_server)
{
	size_t count = *sum == NULL ? 0 : (*sum)->count, at = 0;

	while (at < count && compare(&(*sum)->kinds[at], protocol, from_server) < 0)
		at++;
	if (at < count && compare(&(*sum)->kinds[at], protocol, from_server) == 0)
		return &(*sum)->kinds[at];
	if (!is_further(protocol) && named(*sum) >= MESSAGES_KINDS_MAX - 2)
		return messages_like(sum, MESSAGES_FURTHER, from_server);
	return reserve(sum) < 0 ? NULL : insert(*sum, at, protocol, from_server);
}

static int add_histogram(struct histogram **sum, const struct histogram *more)
{
	return more == NULL
		       ? 0
		       : histogram_add(sum, more->scale, more->offset, more->counts, more->used);
}

void messages_counts_add(struct messages_counts *sum, const struct messages_counts *more)
{
	measures_add_count(&sum->records, more->records);
	measures_add_count(&sum->incomplete, more->incomplete);
	measures_add_count(&sum->requests, more->requests);
	measures_add_count(&sum->responses, more->responses);
	measures_add_count(&sum->retries, more->retries);
	measures_add_count(&sum->unanswered, more->unanswered);
	measures_add_count(&sum->errors, more->errors);
	measures_add_count(&sum->client_errors, more->client_errors);
	measures_add_count(&sum->turns, more->turns);
}

int messages_kind_add(struct messages_kind *sum, const struct messages_kind *more)
{
	if (add_histogram(&sum->first_bytes, more->first_bytes) < 0 ||
	    add_histogram(&sum->last_bytes, more->last_bytes) < 0)
		return -1;
	messages_counts_add(&sum->counts, &more->counts);
	durations_add(&sum->first_byte, &more->first_byte);
	durations_add(&sum->last_byte, &more->last_byte);
	return 0;
}

const struct messages_kind *messages_find(const struct messages *messages,
					  const struct messages_kind *like)
{
	for (size_t i = 0; messages != NULL && i < messages->count; i++) {
		if (compare(&messages->kinds[i], like->protocol, like->from_server) == 0)
			return &messages->kinds[i];
	}
	return NULL;
}

int messages_add(struct messages **sum, const struct messages *more, bool turned)
{
	for (size_t i = 0; more != NULL && i < more->count; i++) {
		const struct messages_kind *kind = &more->kinds[i];
		struct messages_kind *into =
			messages_like(sum, kind->protocol, kind->from_server != turned);

		if (into == NULL || messages_kind_add(into, kind) < 0)
			return -1;
	}
	return 0;
}

int messages_sum(const struct messages *messages, struct messages_kind *sum)
{
	*sum = (struct messages_kind){0};
	for (size_t i = 0; messages != NULL && i < messages->count; i++) {
		if (messages_kind_add(sum, &messages->kinds[i]) < 0) {
			messages_kind_clear(sum);
			return -1;
		}
	}
	return 0;
}

void messages_kind_clear(struct messages_kind *kind)
{
	free(kind->first_bytes);
	free(kind->last_bytes);
	kind->first_bytes = kind->last_bytes = NULL;
}

struct messages_counts messages_counts(const struct messages *messages)
{
	struct messages_counts sum = {0};

	for (size_t i = 0; messages != NULL && i < messages->count; i++)
		messages_counts_add(&sum, &messages->kinds[i].counts);
	return sum;
}

uint64_t messages_failed(const struct messages *messages)
{
	struct messages_counts counts = messages_counts(messages);

	measures_add_count(&counts.errors, counts.unanswered);
	return counts.errors;
}

void messages_turn(struct messages *messages)
{
	for (size_t i = 0; messages != NULL && i < messages->count; i++)
		messages->kinds[i].from_server = !messages->kinds[i].from_server;
	/* Of one protocol both may be there (3). */
	for (size_t i = 1; messages != NULL && i < messages->count; i++) {
		struct messages_kind *kind = &messages->kinds[i], kept = *kind;

		if (compare(kind - 1, kind->protocol, kind->from_server) < 0)
			continue;
		*kind = kind[-1];
		kind[-1] = kept;
	}
}

void messages_reset(struct messages *messages)
{
	for (size_t i = 0; messages != NULL && i < messages->count; i++) {
		if (messages->kinds[i].first_bytes != NULL)
			histogram_clear(messages->kinds[i].first_bytes);
		if (messages->kinds[i].last_bytes != NULL)
			histogram_clear(messages->kinds[i].last_bytes);
	}
	if (messages != NULL)
		messages->count = 0;
}

void messages_free(struct messages *messages)
{
	for (size_t i = 0; messages != NULL && i < messages->capacity; i++)
		messages_kind_clear(&messages->kinds[i]);
	free(messages);
}

void messages_describe(const struct messages *messages, struct text *out)
{
	bool incomplete = false;

	for (size_t i = 0; messages != NULL && i < messages->count; i++) {
		const struct messages_kind *kind = &messages->kinds[i];

		text_add_string(out, i > 0 ? ", " : "");
		/* A name that anybody may write, for formats that would have to escape it. */
		for (const char *at = kind->protocol; *at != '\0'; at++)
			text_add(out, strchr(NAME_BYTES, *at) != NULL ? at : "?", 1);
		text_add_string(out, kind->from_server ? " from server" : "");
		incomplete |= kind->counts.incomplete > 0;
	}
	text_add_string(out, incomplete ? ", incomplete" : "");
}
