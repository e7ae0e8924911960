#include "sink/lookup/http/server_ask.h"

#include <inttypes.h>
#include <string.h>

#include "common/program/log.h"
#include "sink/lookup/http/server_client.h"

#define BATCH_MAX (1024u * 1024)
#define TARGET_MAX 512

int server_ask_init(struct server_ask *ask, const char *url, const char *format, bool history)
{
	*ask = (struct server_ask){.format = format, .history = history};
	text_init(&ask->batch, BATCH_MAX);
	ask->client = server_client_open(url);
	return ask->client == NULL ? -1 : 0;
}

void server_ask_clear(struct server_ask *ask)
{
	server_client_close(ask->client);
	text_free(&ask->batch);
}

static void add_position(const struct lookup_question *question, struct text *out)
{
	if (question->basis == LOOKUP_POSITION)
		text_add_i64(out, question->position);
	else
		text_add_string(out, question->basis == LOOKUP_FINAL ? "final" : "last");
}

/* "/v1/ip/ADDRESS?format=explain&at=T..." */
static void add_target(const struct server_ask *ask, const struct lookup_question *question,
		       struct text *out)
{
	char ip[IP_TEXT_SIZE], at[WHEN_TEXT_SIZE];

	ip_format(&question->ip, ip);
	text_add_format(out, "/v1/ip/%s%s?format=%s", ip, ask->history ? "/history" : "",
			ask->format);
	if (ask->history)
		return;
	if (!when_is_min(question->at)) {
		when_format(question->at, at);
		text_add_format(out, "&at=%s", at);
	}
	if (question->port >= 0)
		text_add_format(out, "&port=%" PRId32, question->port);
	if (question->transport >= 0)
		text_add_format(out, "&transport=%d", question->transport);
	if (question->received)
		text_add_string(out, "&received=true");
	text_add_string(out, "&position=");
	add_position(question, out);
}

/* {"ip":ADDRESS,"at":T,...} */
static void add_line(const struct lookup_question *question, struct text *out)
{
	char ip[IP_TEXT_SIZE];

	ip_format(&question->ip, ip);
	text_add_format(out, "{\"ip\":\"%s\",\"at\":", ip);
	text_add_when(out, question->at);
	if (question->port >= 0)
		text_add_format(out, ",\"port\":%" PRId32, question->port);
	if (question->transport >= 0)
		text_add_format(out, ",\"transport\":%d", question->transport);
	if (question->received)
		text_add_string(out, ",\"received\":true");
	text_add_string(out, ",\"position\":\"");
	add_position(question, out);
	text_add_string(out, "\"}\n");
}

/* Whether the answer is not one of those that a POST has. */
static bool is_single(const struct server_ask *ask)
{
	return ask->history || strcmp(ask->format, "explain") == 0;
}

static int ask_now(struct server_ask *ask, const struct lookup_question *question, struct text *out)
{
	struct text target;
	int rc;

	text_init(&target, TARGET_MAX);
	add_target(ask, question, &target);
	rc = server_client_request(ask->client, text_terminate(&target), (struct span){NULL, 0},
				   out);
	text_free(&target);
	return rc;
}

int server_ask_add(struct server_ask *ask, const struct lookup_question *question, struct text *out)
{
	if (is_single(ask))
		return ask_now(ask, question, out);
	add_line(question, &ask->batch);
	if (ask->batch.failed) {
		log_error("out of memory");
		return -1;
	}
	return ++ask->count < SERVER_ASK_MAX ? 0 : server_ask_flush(ask, out);
}

int server_ask_flush(struct server_ask *ask, struct text *out)
{
	char target[64] = "/v1/ip?format=";
	int rc;

	if (ask->count == 0)
		return 0;
	strncat(target, ask->format, sizeof(target) - strlen(target) - 1);
	rc = server_client_request(ask->client, target, text_span(&ask->batch), out);
	text_clear(&ask->batch);
	ask->count = 0;
	return rc;
}
