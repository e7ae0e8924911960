#include "producers/kube/path.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define METADATA_OF(form) "application/json;as=" form ";g=meta.k8s.io;v=v1"

static const struct {
	const char *group; /* "" for the core group */
	bool metadata_only;
	bool optional;
} resources[KUBE_RESOURCES] = {
	[KUBE_PODS] = {.group = ""},
	[KUBE_SERVICES] = {.group = ""},
	[KUBE_ENDPOINTSLICES] = {.group = "discovery.k8s.io"},
	[KUBE_NODES] = {.group = ""},
	/* Since Kubernetes 1.33. */
	[KUBE_SERVICECIDRS] = {.group = "networking.k8s.io", .optional = true},
	[KUBE_REPLICASETS] = {.group = "apps", .metadata_only = true},
	[KUBE_JOBS] = {.group = "batch", .metadata_only = true},
};

static void add_escaped(struct text *path, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~')
			text_add(path, &bytes[i], 1);
		else
			text_add_format(path, "%%%02X", c);
	}
}

static void add_selector(struct text *path, const char *name, const char *selector)
{
	if (selector == NULL)
		return;
	text_add_format(path, "&%s=", name);
	add_escaped(path, selector, strlen(selector));
}

/* Adds the path of RESOURCE, its first parameter and what selects. */
static void begin(struct text *path, enum kube_resource resource, const struct scope *scope,
		  const char *parameter)
{
	const char *group = resources[resource].group;
	const char *namespace = scope_namespace(scope, resource);

	text_add_format(path, "/api%s%s/v1", *group ? "s/" : "", group);
	if (namespace != NULL)
		text_add_format(path, "/namespaces/%s", namespace);
	text_add_format(path, "/%s?%s", kube_resource_name(resource), parameter);
	if (scope != NULL && resource == KUBE_PODS) {
		add_selector(path, "labelSelector", scope->pod_labels);
		add_selector(path, "fieldSelector", scope->pod_fields);
	}
}

void path_add_list(struct text *path, enum kube_resource resource, const struct scope *scope,
		   unsigned items, uint64_t exact, const struct text *token)
{
	char limit[32];

	snprintf(limit, sizeof(limit), "limit=%u", items);
	begin(path, resource, scope, limit);
	if (token != NULL && token->length > 0) {
		/* The token holds the revision; the server refuses both together. */
		text_add_string(path, "&continue=");
		add_escaped(path, token->data, token->length);
	} else if (exact > 0) {
		text_add_format(path, "&resourceVersionMatch=Exact&resourceVersion=%" PRIu64,
				exact);
	}
}

void path_add_watch(struct text *path, enum kube_resource resource, const struct scope *scope,
		    uint64_t revision, unsigned seconds)
{
	begin(path, resource, scope, "watch=1");
	text_add_format(path,
			"&allowWatchBookmarks=true&timeoutSeconds=%u&resourceVersion=%" PRIu64,
			seconds, revision);
}

void path_add_reached(struct text *path, enum kube_resource resource, const struct scope *scope,
		      uint64_t revision)
{
	begin(path, resource, scope, "limit=1");
	if (revision > 0)
		text_add_format(path, "&resourceVersionMatch=NotOlderThan&resourceVersion=%" PRIu64,
				revision);
}

void path_add_second(struct text *path, enum kube_resource resource, const struct scope *scope,
		     uint64_t revision)
{
	begin(path, resource, scope, "watch=1");
	text_add_format(path, "&timeoutSeconds=1&resourceVersion=%" PRIu64, revision);
}

const char *path_accept_metadata(bool list)
{
	return list ? METADATA_OF("PartialObjectMetadataList")
		    : METADATA_OF("PartialObjectMetadata");
}

const char *path_accept(enum kube_resource resource, bool list)
{
	if (!resources[resource].metadata_only)
		return "application/json";
	return path_accept_metadata(list);
}

bool path_optional(enum kube_resource resource)
{
	return resources[resource].optional;
}

const char *path_group(enum kube_resource resource)
{
	return resources[resource].group;
}
