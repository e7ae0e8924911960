#include "sink/lookup/http/server_ask.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "common/program/log.h"
#include "sink/lookup/http/server_client.h"

#define BATCH_MAX (1024u * 1024)
#define TARGET_MAX 4096

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

/* Adds "?format=explain&at=T..." */
static void add_query(const struct server_ask *ask, const struct lookup_question *question,
		      struct text *out)
{
	char at[WHEN_TEXT_SIZE];

	text_add_format(out, "%s?format=%s", ask->history ? "/history" : "", ask->format);
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

/* Adds NAME with every byte that a path may not have as %XX. */
static void add_path(struct span name, struct text *out)
{
	for (size_t i = 0; i < name.length; i++) {
		unsigned char c = (unsigned char)name.data[i];

		if (isalnum(c) || strchr("-._~/", c) != NULL)
			text_add(out, &name.data[i], 1);
		else
			text_add_format(out, "%%%02X", c);
	}
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

/* Asks for PATH, such as "/v1/ip/10.0.0.1". 1, 0 if it is not there, -1; the last two after logging. */
static int get(struct server_ask *ask, const char *folder, struct span path,
	       const struct lookup_question *question, struct text *out)
{
	struct text target;
	int rc;

	text_init(&target, TARGET_MAX);
	text_add_string(&target, folder);
	add_path(path, &target);
	add_query(ask, question, &target);
	if (target.failed) {
		log_error("--server: \"%.*s\" is too long", (int)path.length, path.data);
		rc = -1;
	} else {
		rc = server_client_request(ask->client, text_terminate(&target),
					   (struct span){NULL, 0}, out);
	}
	text_free(&target);
	return rc;
}

static int ask_now(struct server_ask *ask, const struct lookup_question *question, struct text *out)
{
	char ip[IP_TEXT_SIZE];

	ip_format(&question->ip, ip);
	return get(ask, "/v1/ip/", span_of(ip), question, out) == 1 ? 0 : -1;
}

int server_ask_name(struct server_ask *ask, const struct lookup_name *name,
		    const struct lookup_question *question, struct text *out)
{
	static const char *const folders[] = {
		[TIMELINE_SERVICE] = "/v1/service/",
		[TIMELINE_POD] = "/v1/pod/",
		[TIMELINE_NODE] = "/v1/node/",
	};

	return get(ask, folders[name->kind], name->full_name, question, out);
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
	rc = server_client_request(ask->client, target, text_span(&ask->batch), out) == 1 ? 0 : -1;
	text_clear(&ask->batch);
	ask->count = 0;
	return rc;
}
