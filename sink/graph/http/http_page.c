#include "sink/graph/http/http_page.h"

#include "sink/graph/http/http_openapi.h"
#include "sink/graph/http/page_files.h"

/* Nothing comes from elsewhere, nothing is sent elsewhere, and no other page shows ours in a frame. */
#define POLICY                                                                           \
	"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "  \
	"img-src 'self' data:; worker-src 'self'; base-uri 'none'; form-action 'none'; " \
	"frame-ancestors 'none'"

static void add_file(struct span bytes, const char *content_type, struct http_reply *reply)
{
	reply->content_type = content_type;
	/* Asked again each time; the entity tag makes that cheap. */
	reply->cache_control = "no-cache";
	text_add(&reply->body, bytes.data, bytes.length);
}

void http_page_answer(void *user, const struct http_call *call, struct http_reply *reply)
{
	struct span name = call->target->words[0], bytes;

	(void)user;
	if (name.length == 0)
		name = span_of("index.html");
	bytes = page_file(name, call->gzip);
	if (bytes.data == NULL) {
		http_reply_problem(reply, 404, "there is no such path");
		return;
	}
	add_file(bytes, page_file_type(name), reply);
	reply->policy = POLICY;
	reply->by_encoding = true;
	if (call->gzip)
		reply->encoding = "gzip";
}

void http_page_answer_openapi(void *user, const struct http_call *call, struct http_reply *reply)
{
	(void)user;
	(void)call;
	add_file(http_openapi_text(), "application/yaml", reply);
}
