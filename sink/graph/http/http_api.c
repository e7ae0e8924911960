#include "sink/graph/http/http_api.h"

#include "common/http/http_health.h"
#include "common/http/http_listen.h"
#include "sink/graph/http/http_compare.h"
#include "sink/graph/http/http_events.h"
#include "sink/graph/http/http_flows.h"
#include "sink/graph/http/http_graph.h"
#include "sink/graph/http/http_metrics.h"
#include "sink/graph/http/http_page.h"
#include "sink/graph/http/http_search.h"
#include "sink/graph/http/http_series.h"

#define BODY_MAX 0 /* nothing is posted */
#define MEMORY_MAX (256u * 1024 * 1024)
#define WINDOW "at window from to level "

static void answer_ready(void *user, const struct http_call *call, struct http_reply *reply)
{
	bool ready = serve_is_ready(user, &reply->body);

	http_health_ready(call, ready, reply);
}

static const struct http_route routes[] = {
	{"/v1/graph", WINDOW "namespace least format", NULL, http_graph_answer},
	{"/v1/compare", WINDOW "base_at base_window namespace format", NULL, http_compare_answer},
	{"/v1/edge", WINDOW "source target", NULL, http_graph_answer_edge},
	{"/v1/flows", WINDOW "source target limit", NULL, http_flows_answer},
	{"/v1/series", WINDOW "source target namespace step", NULL, http_series_answer},
	{"/v1/activity", WINDOW "step", NULL, http_series_answer_activity},
	{"/v1/search", "q limit", NULL, http_search_answer},
	{"/v1/address/{ip}", NULL, NULL, http_search_answer_address},
	{"/v1/stream", NULL, NULL, http_events_answer},
	{"/metrics", NULL, NULL, http_metrics_answer},
	{"/livez", NULL, NULL, http_health_live},
	{"/readyz", "verbose", NULL, answer_ready},
	{"/openapi.yaml", NULL, NULL, http_page_answer_openapi},
	{"/", NULL, NULL, http_page_answer},
	{"/{file}", NULL, NULL, http_page_answer},
	{NULL, NULL, NULL, NULL},
};

struct http_server *http_api_open(const char *address, struct graph_server *server,
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
