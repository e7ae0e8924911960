#include "common/http/http_health.h"

#define TEXT "text/plain; charset=utf-8"

void http_health_live(void *user, const struct http_call *call, struct http_reply *reply)
{
	(void)user;
	(void)call;
	reply->content_type = TEXT;
	text_add_string(&reply->body, "ok\n");
}

void http_health_ready(const struct http_call *call, bool ready, struct http_reply *reply)
{
	struct span verbose = http_target_value(call->target, "verbose");
	bool quiet = verbose.data == NULL || span_equal(verbose, span_of("false"));

	if (!quiet && verbose.length > 0 && !span_equal(verbose, span_of("true"))) {
		http_reply_problem(reply, 400, "verbose: takes no value, or true or false");
		return;
	}
	reply->content_type = TEXT;
	reply->status = ready ? 200 : 503;
	if (quiet)
		text_clear(&reply->body);
	text_add_string(&reply->body, ready ? "ok\n" : "not ready\n");
}

void http_health_condition(struct text *out, bool met, const char *sentence)
{
	text_add_format(out, "[%c] %s\n", met ? '+' : '-', sentence);
}
