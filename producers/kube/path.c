#include "producers/kube/path.h"

#include <ctype.h>
#include <inttypes.h>

#define METADATA_OF(form) "application/json;as=" form ";g=meta.k8s.io;v=v1"

static const struct {
	const char *path;
	const char *group;
	bool metadata_only;
	bool optional;
} resources[KUBE_RESOURCES] = {
	[KUBE_PODS] = {.path = "/api/v1/pods", .group = ""},
	[KUBE_SERVICES] = {.path = "/api/v1/services", .group = ""},
	[KUBE_ENDPOINTSLICES] = {.path = "/apis/discovery.k8s.io/v1/endpointslices",
				 .group = "discovery.k8s.io"},
	[KUBE_NODES] = {.path = "/api/v1/nodes", .group = ""},
	/* Since Kubernetes 1.33. */
	[KUBE_SERVICECIDRS] = {.path = "/apis/networking.k8s.io/v1/servicecidrs",
			       .group = "networking.k8s.io",
			       .optional = true},
	[KUBE_REPLICASETS] = {.path = "/apis/apps/v1/replicasets",
			      .group = "apps",
			      .metadata_only = true},
	[KUBE_JOBS] = {.path = "/apis/batch/v1/jobs", .group = "batch", .metadata_only = true},
};

static void add_escaped(struct text *path, const struct text *token)
{
	for (size_t i = 0; i < token->length; i++) {
		unsigned char c = (unsigned char)token->data[i];

		if (isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~')
			text_add(path, &token->data[i], 1);
		else
			text_add_format(path, "%%%02X", c);
	}
}

void path_add_list(struct text *path, enum kube_resource resource, unsigned items, uint64_t exact,
		   const struct text *token)
{
	text_add_format(path, "%s?limit=%u", resources[resource].path, items);
	if (token != NULL && token->length > 0) {
		/* The token holds the revision; the server refuses both together. */
		text_add_string(path, "&continue=");
		add_escaped(path, token);
	} else if (exact > 0) {
		text_add_format(path, "&resourceVersionMatch=Exact&resourceVersion=%" PRIu64,
				exact);
	}
}

void path_add_watch(struct text *path, enum kube_resource resource, uint64_t revision,
		    unsigned seconds)
{
	text_add_format(path,
			"%s?watch=1&allowWatchBookmarks=true&timeoutSeconds=%u"
			"&resourceVersion=%" PRIu64,
			resources[resource].path, seconds, revision);
}

void path_add_reached(struct text *path, enum kube_resource resource, uint64_t revision)
{
	text_add_format(path, "%s?limit=1", resources[resource].path);
	if (revision > 0)
		text_add_format(path, "&resourceVersionMatch=NotOlderThan&resourceVersion=%" PRIu64,
				revision);
}

void path_add_second(struct text *path, enum kube_resource resource, uint64_t revision)
{
	text_add_format(path, "%s?watch=1&timeoutSeconds=1&resourceVersion=%" PRIu64,
			resources[resource].path, revision);
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
