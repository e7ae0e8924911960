#include "producers/kube/path.h"

#include <ctype.h>
#include <inttypes.h>

#define METADATA_OF(form) "application/json;as=" form ";g=meta.k8s.io;v=v1"

static const struct {
	const char *path;
	bool metadata_only;
	bool optional;
} resources[KUBE_RESOURCES] = {
	[KUBE_PODS] = {.path = "/api/v1/pods"},
	[KUBE_SERVICES] = {.path = "/api/v1/services"},
	[KUBE_ENDPOINTSLICES] = {.path = "/apis/discovery.k8s.io/v1/endpointslices"},
	[KUBE_NODES] = {.path = "/api/v1/nodes"},
	/* Since Kubernetes 1.33. */
	[KUBE_SERVICECIDRS] = {.path = "/apis/networking.k8s.io/v1/servicecidrs", .optional = true},
	[KUBE_REPLICASETS] = {.path = "/apis/apps/v1/replicasets", .metadata_only = true},
	[KUBE_JOBS] = {.path = "/apis/batch/v1/jobs", .metadata_only = true},
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

const char *path_accept(enum kube_resource resource, bool list)
{
	if (!resources[resource].metadata_only)
		return "application/json";
	return list ? METADATA_OF("PartialObjectMetadataList")
		    : METADATA_OF("PartialObjectMetadata");
}

bool path_optional(enum kube_resource resource)
{
	return resources[resource].optional;
}
