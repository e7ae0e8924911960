#include "common/http/http_routes.h"

#include <string.h>
#include <strings.h>

#include "common/http/http_host.h"

/* Whether PATH, with words in braces, is the path of TARGET. */
static bool is_path_of(const char *path, const struct http_target *target)
{
	for (size_t w = 0; w < target->word_count; w++) {
		struct span word = target->words[w];
		size_t length;

		if (*path++ != '/')
			return false;
		length = strcspn(path, "/");
		if (path[0] == '{' ? word.length == 0
				   : !span_equal(word, (struct span){path, length}))
			return false;
		path += length;
	}
	return *path == '\0';
}

/* Whether NAMES, words between blanks, has NAME. */
static bool has_name(const char *names, struct span name)
{
	for (const char *at = names; at != NULL && *at != '\0';) {
		size_t length = strcspn(at, " ");

		if (length > 0 && span_equal(name, (struct span){at, length}))
			return true;
		at += length + strspn(at + length, " ");
	}
	return false;
}

/* Whether every parameter is one of ROUTE's, once. */
static bool check_parameters(const struct http_route *route, const struct http_target *target,
			     struct http_reply *reply)
{
	for (size_t i = 0; i < target->parameter_count; i++) {
		struct span name = target->parameters[i].name;

		if (!has_name(route->parameters, name)) {
			http_reply_problem(reply, 400, "there is no parameter \"%.*s\"%s%s",
					   (int)name.length, name.data,
					   route->parameters == NULL ? "" : ", only: ",
					   route->parameters == NULL ? "" : route->parameters);
			return false;
		}
		for (size_t j = 0; j < i; j++)
			if (span_equal(target->parameters[j].name, name)) {
				http_reply_problem(reply, 400, "the parameter %.*s is given twice",
						   (int)name.length, name.data);
				return false;
			}
	}
	return true;
}

/* Whether CONTENT_TYPE, the header's value or NULL, is WANTED, with or without parameters. */
static bool is_type(const char *content_type, const char *wanted)
{
	size_t length = strlen(wanted);

	return content_type != NULL && strncasecmp(content_type, wanted, length) == 0 &&
	       (content_type[length] == '\0' || strchr("; \t", content_type[length]) != NULL);
}

/* Whether ROUTE, which has the path and the method, takes the rest of the request. */
static bool takes(const struct http_route *route, const struct http_head *head,
		  struct http_reply *reply)
{
	if (!check_parameters(route, head->target, reply))
		return false;
	if (route->content_type == NULL || is_type(head->content_type, route->content_type))
		return true;
	http_reply_problem(reply, 415, "the Content-Type must be %s", route->content_type);
	return false;
}

static const struct http_route *find(const struct http_route *routes, const struct http_head *head,
				     struct http_reply *reply)
{
	bool get = strcmp(head->method, "GET") == 0 || strcmp(head->method, "HEAD") == 0;
	bool post = strcmp(head->method, "POST") == 0;
	const struct http_route *other = NULL;

	for (const struct http_route *route = routes; route->path != NULL; route++) {
		if (!is_path_of(route->path, head->target))
			continue;
		other = route;
		if (route->content_type == NULL ? get : post)
			return takes(route, head, reply) ? route : NULL;
	}
	if (other == NULL) {
		http_reply_problem(reply, 404, "there is no such path");
		return NULL;
	}
	http_reply_problem(reply, 405, "this path takes %s",
			   other->content_type == NULL ? "GET and HEAD" : "POST");
	reply->allow = other->content_type == NULL ? "GET, HEAD" : "POST";
	return NULL;
}

const struct http_route *http_routes_find(const struct http_route *routes,
					  const struct settings_list *hosts,
					  const struct http_head *head, struct http_reply *reply)
{
	if (head->outcome == HTTP_TARGET_TOO_LONG)
		http_reply_problem(reply, 414, "the target is too long");
	else if (head->outcome == HTTP_TARGET_MALFORMED)
		http_reply_problem(reply, 400,
				   "the target is malformed; it is UTF-8, percent-encoded, "
				   "without control characters");
	else if (head->host != NULL && !http_host_is_ours(head->host, hosts))
		http_reply_problem(
			reply, 421,
			"\"%s\" is not a name of this server; its option --host adds one",
			head->host);
	else
		return find(routes, head, reply);
	return NULL;
}
