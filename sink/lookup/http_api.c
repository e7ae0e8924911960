#include "sink/lookup/http_api.h"

#define BODY_MAX (4u * 1024 * 1024)
#define MEMORY_MAX (256u * 1024 * 1024)

static void answer_live(void *user, const struct http_call *call, struct http_reply *reply)
{
	(void)user;
	(void)call;
	reply->content_type = "text/plain; charset=utf-8";
	text_add_string(&reply->body, "ok\n");
}

static void answer_ready(void *user, const struct http_call *call, struct http_reply *reply)
{
	bool verbose = http_target_value(call->target, "verbose").data != NULL;
	bool ready = serve_is_ready(user, &reply->body);

	reply->content_type = "text/plain; charset=utf-8";
	reply->status = ready ? 200 : 503;
	if (ready && !verbose)
		text_clear(&reply->body);
	text_add_string(&reply->body, ready ? "ok\n" : "not ready\n");
}

static const struct http_route routes[] = {
	{"/livez", NULL, NULL, answer_live},
	{"/readyz", "verbose", NULL, answer_ready},
	{NULL, NULL, NULL, NULL},
};

struct http_server *http_api_open(int fd, struct lookup_server *server,
				  const struct settings_list *hosts)
{
	const struct http_server_options options = {
		.routes = routes,
		.user = server,
		.hosts = hosts,
		.body_max = BODY_MAX,
		.memory_max = MEMORY_MAX,
	};

	return http_server_open(fd, &options);
}
