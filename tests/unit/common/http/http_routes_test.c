#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/http/http_routes.h"

static void nothing(void *user, const struct http_call *call, struct http_reply *reply)
{
	(void)user;
	(void)call;
	(void)reply;
}

static const struct http_route routes[] = {
	{"/v1/ip/{ip}", "at port", NULL, nothing},
	{"/v1/ip/{ip}/history", NULL, NULL, nothing},
	{"/v1/ip", "format", "application/x-ndjson", nothing},
	{NULL, NULL, NULL, NULL},
};

static const struct settings_list hosts = {.values = {"a.example"}, .count = 1};

/* The status that HEAD, without its target, is refused with for TARGET, 0 if it has a route, the path of
 * which is *PATH. */
static unsigned status_of(struct http_head head, const char *target, const char **path,
			  const char **allow)
{
	static struct http_target parsed;
	const struct http_route *route;
	struct http_reply reply;
	unsigned status;

	head.outcome = http_target_parse(target, &parsed);
	head.target = &parsed;
	http_reply_init(&reply, 1000);
	route = http_routes_find(routes, &hosts, &head, &reply);
	status = route == NULL ? reply.status : 0;
	*path = route == NULL ? NULL : route->path;
	*allow = reply.allow;
	http_reply_clear(&reply);
	return status;
}

static void finds_the_route_of_a_request(void **state)
{
	static const struct {
		const char *method, *target, *path;
	} found[] = {
		{"GET", "/v1/ip/10.0.0.1", "/v1/ip/{ip}"},
		{"HEAD", "/v1/ip/10.0.0.1?port=1&at=x", "/v1/ip/{ip}"},
		{"GET", "/v1/ip/a%2fb/history", "/v1/ip/{ip}/history"},
		{"POST", "/v1/ip?format=json", "/v1/ip"},
	};
	const char *path, *allow;

	(void)state;
	for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
		assert_int_equal(
			status_of((struct http_head){.method = found[i].method,
						     .content_type = "application/x-ndjson"},
				  found[i].target, &path, &allow),
			0);
		assert_string_equal(path, found[i].path);
	}
}

static void refuses_what_has_no_route(void **state)
{
	static const struct {
		const char *method, *target;
		unsigned status;
		const char *allow;
	} refused[] = {
		{"GET", "/", 404, NULL},
		{"GET", "/v1/ip/", 404, NULL},
		{"GET", "/v1/ip/a/b", 404, NULL},
		{"GET", "/v1/ip/10.0.0.1/history/", 404, NULL},
		{"GET", "/v1/ip%2f10.0.0.1", 404, NULL},
		{"DELETE", "/v1/ip/10.0.0.1", 405, "GET, HEAD"},
		{"get", "/v1/ip/10.0.0.1", 405, "GET, HEAD"},
		{"GET", "/v1/ip", 405, "POST"},
		{"GET", "/v1/ip/10.0.0.1?when=x", 400, NULL},
		{"GET", "/v1/ip/10.0.0.1?a", 400, NULL},
		{"GET", "/v1/ip/10.0.0.1?", 0, NULL},
		{"GET", "/v1/ip/10.0.0.1?at=x&port=1&at=x", 400, NULL},
		{"GET", "/v1/ip/10.0.0.1/history?at=x", 400, NULL},
	};
	const char *path, *allow;

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		assert_int_equal(status_of((struct http_head){.method = refused[i].method},
					   refused[i].target, &path, &allow),
				 refused[i].status);
		if (refused[i].allow != NULL)
			assert_string_equal(allow, refused[i].allow);
		else
			assert_null(allow);
	}
}

static void a_post_has_the_content_type_of_its_route(void **state)
{
	static const struct {
		const char *type;
		unsigned status;
	} cases[] = {
		{"application/x-ndjson", 0},
		{"Application/X-NDJSON; charset=utf-8", 0},
		{"application/x-ndjson2", 415},
		{"text/plain", 415},
		{NULL, 415},
	};
	const char *path, *allow;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(status_of((struct http_head){.method = "POST",
							      .content_type = cases[i].type},
					   "/v1/ip", &path, &allow),
				 cases[i].status);
}

static void refuses_a_host_and_a_target_first(void **state)
{
	const struct http_head get = {.method = "GET"};
	struct http_head head = get;
	const char *path, *allow;

	(void)state;
	assert_int_equal(status_of(get, "/%", &path, &allow), 400);
	assert_int_equal(status_of(get, "/1/2/3/4/5/6/7/8/9", &path, &allow), 414);
	head.host = "b.example";
	assert_int_equal(status_of(head, "/nowhere", &path, &allow), 421);
	head.host = "a.example:80";
	assert_int_equal(status_of(head, "/v1/ip/10.0.0.1", &path, &allow), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_route_of_a_request),
		cmocka_unit_test(refuses_what_has_no_route),
		cmocka_unit_test(a_post_has_the_content_type_of_its_route),
		cmocka_unit_test(refuses_a_host_and_a_target_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
