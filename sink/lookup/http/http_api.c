#include "sink/lookup/http/http_api.h"

#include "common/http/http_health.h"
#include "common/http/http_listen.h"
#include "common/http/metrics.h"
#include "sink/lookup/http/http_answer.h"
#include "sink/lookup/http/http_bulk.h"
#include "sink/lookup/http/http_metrics.h"
#include "sink/lookup/http/http_name.h"
#include "sink/lookup/http/http_openapi.h"

#define BODY_MAX (4u * 1024 * 1024)
#define MEMORY_MAX (256u * 1024 * 1024)
#define NAME_MAX_BYTES 520 /* a namespace, a slash and a name */

static void answer_ready(void *user, const struct http_call *call, struct http_reply *reply)
{
	bool ready = serve_is_ready(user, &reply->body);

	http_health_ready(call, ready, reply);
}

static void answer_metrics(void *user, const struct http_call *call, struct http_reply *reply);

static void answer_openapi(void *user, const struct http_call *call, struct http_reply *reply)
{
	struct span text = http_openapi_text();

	(void)user;
	(void)call;
	reply->content_type = "application/yaml";
	reply->cache_control = http_answer_cache(false);
	text_add(&reply->body, text.data, text.length);
}

/* ---- Addresses ---- */

static void answer_address(struct lookup_server *server, const struct http_call *call, bool history,
			   struct http_reply *reply)
{
	struct http_question question;
	char why[HTTP_QUESTION_WHY_SIZE];
	bool final;

	if (http_question_query(call->target, server->now, &question, why) < 0 ||
	    http_question_ip(call->target->words[2], &question, why) < 0) {
		http_reply_problem(reply, 400, "%s", why);
		return;
	}
	if (history && question.format > HTTP_TABLE) {
		http_reply_problem(reply, 400, "format: a history is json or table");
		return;
	}
	reply->content_type = http_answer_type(question.format);
	if (http_answer_add(server->timeline, &question, history, server->now, &reply->body,
			    &final) < 0 &&
	    !reply->body.failed)
		http_reply_problem(reply, 500, "the store cannot be read");
	else
		reply->cache_control = http_answer_cache(final);
}

static void answer_ip(void *user, const struct http_call *call, struct http_reply *reply)
{
	answer_address(user, call, false, reply);
}

static void answer_history(void *user, const struct http_call *call, struct http_reply *reply)
{
	answer_address(user, call, true, reply);
}

static void answer_bulk(void *user, const struct http_call *call, struct http_reply *reply)
{
	const struct lookup_server *server = user;
	struct http_question question;
	char why[HTTP_QUESTION_WHY_SIZE];

	if (http_question_query(call->target, server->now, &question, why) < 0) {
		http_reply_problem(reply, 400, "%s", why);
		return;
	}
	if (question.format == HTTP_EXPLAIN) {
		http_reply_problem(reply, 400,
				   "format: many answers are json, table or annotation");
		return;
	}
	http_bulk_begin(server, call, &question, reply);
}

/* ---- Names ---- */

static void answer_name(struct lookup_server *server, const struct http_call *call,
			enum timeline_name_kind kind, bool history, struct http_reply *reply)
{
	const struct span *words = call->target->words;
	struct http_question question;
	char why[HTTP_QUESTION_WHY_SIZE];
	struct text name;

	if (http_question_query(call->target, server->now, &question, why) < 0) {
		http_reply_problem(reply, 400, "%s", why);
		return;
	}
	if (question.format > HTTP_TABLE) {
		http_reply_problem(reply, 400, "format: the addresses of a name are json or table");
		return;
	}
	text_init(&name, NAME_MAX_BYTES);
	text_add(&name, words[2].data, words[2].length);
	if (kind != TIMELINE_NODE) {
		text_add(&name, "/", 1);
		text_add(&name, words[3].data, words[3].length);
	}
	if (name.failed)
		http_reply_problem(reply, 404, "there is no such long name");
	else
		http_name_answer(server, kind, text_span(&name), &question, history, reply);
	text_free(&name);
}

static void answer_service(void *user, const struct http_call *call, struct http_reply *reply)
{
	answer_name(user, call, TIMELINE_SERVICE, false, reply);
}

static void answer_service_history(void *user, const struct http_call *call,
				   struct http_reply *reply)
{
	answer_name(user, call, TIMELINE_SERVICE, true, reply);
}

static void answer_pod(void *user, const struct http_call *call, struct http_reply *reply)
{
	answer_name(user, call, TIMELINE_POD, false, reply);
}

static void answer_pod_history(void *user, const struct http_call *call, struct http_reply *reply)
{
	answer_name(user, call, TIMELINE_POD, true, reply);
}

static void answer_node(void *user, const struct http_call *call, struct http_reply *reply)
{
	answer_name(user, call, TIMELINE_NODE, false, reply);
}

static void answer_node_history(void *user, const struct http_call *call, struct http_reply *reply)
{
	answer_name(user, call, TIMELINE_NODE, true, reply);
}

static const struct http_route routes[] = {
	{"/v1/ip/{ip}", HTTP_QUESTION_PARAMETERS, NULL, answer_ip},
	{"/v1/ip/{ip}/history", "format", NULL, answer_history},
	{"/v1/ip", "format with", "application/x-ndjson", answer_bulk},
	{"/v1/service/{namespace}/{name}", HTTP_QUESTION_PARAMETERS, NULL, answer_service},
	{"/v1/service/{namespace}/{name}/history", "format", NULL, answer_service_history},
	{"/v1/pod/{namespace}/{name}", HTTP_QUESTION_PARAMETERS, NULL, answer_pod},
	{"/v1/pod/{namespace}/{name}/history", "format", NULL, answer_pod_history},
	{"/v1/node/{name}", HTTP_QUESTION_PARAMETERS, NULL, answer_node},
	{"/v1/node/{name}/history", "format", NULL, answer_node_history},
	{"/metrics", NULL, NULL, answer_metrics},
	{"/livez", NULL, NULL, http_health_live},
	{"/healthz", NULL, NULL, http_health_live},
	{"/readyz", "verbose", NULL, answer_ready},
	{"/openapi.yaml", NULL, NULL, answer_openapi},
	{NULL, NULL, NULL, NULL},
};

static void answer_metrics(void *user, const struct http_call *call, struct http_reply *reply)
{
	(void)call;
	reply->content_type = METRICS_CONTENT_TYPE;
	http_metrics_add(user, routes, &reply->body);
}

struct http_server *http_api_open(const char *address, struct lookup_server *server,
				  const struct settings_list *hosts)
{
	const struct http_server_options options = {
		.routes = routes,
		.user = server,
		.hosts = hosts,
		.body_max = BODY_MAX,
		.memory_max = MEMORY_MAX,
	};

	return http_listen_open(address, &options);
}
