#include "common/http/http_routes.h"

#include <string.h>
#include <strings.h>

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

const struct http_route *http_routes_find(const struct http_route *routes, const char *method,
					  const struct http_target *target,
					  struct http_reply *reply)
{
	bool get = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
	bool post = strcmp(method, "POST") == 0;
	const struct http_route *other = NULL;

	for (const struct http_route *route = routes; route->path != NULL; route++) {
		if (!is_path_of(route->path, target))
			continue;
		other = route;
		if (route->content_type == NULL ? get : post)
			return check_parameters(route, target, reply) ? route : NULL;
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

bool http_routes_takes(const struct http_route *route, const char *content_type)
{
	size_t length = strlen(route->content_type);

	return content_type != NULL &&
	       strncasecmp(content_type, route->content_type, length) == 0 &&
	       (content_type[length] == '\0' || strchr("; \t", content_type[length]) != NULL);
}
