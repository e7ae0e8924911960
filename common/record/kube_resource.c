#include "common/record/kube_resource.h"

#include <string.h>

static const struct {
	const char *name;
	const char *kind;
} resources[KUBE_RESOURCES] = {
	[KUBE_PODS] = {"pods", "Pod"},
	[KUBE_SERVICES] = {"services", "Service"},
	[KUBE_ENDPOINTSLICES] = {"endpointslices", "EndpointSlice"},
	[KUBE_NODES] = {"nodes", "Node"},
	[KUBE_SERVICECIDRS] = {"servicecidrs", "ServiceCIDR"},
	[KUBE_REPLICASETS] = {"replicasets", "ReplicaSet"},
	[KUBE_JOBS] = {"jobs", "Job"},
};

const char *kube_resource_name(enum kube_resource resource)
{
	return resource < KUBE_RESOURCES ? resources[resource].name : "";
}

const char *kube_resource_kind(enum kube_resource resource)
{
	return resource < KUBE_RESOURCES ? resources[resource].kind : "";
}

static bool same(const char *word, const char *text, size_t length)
{
	return strlen(word) == length && memcmp(word, text, length) == 0;
}

enum kube_resource kube_resource_from_name(const char *name, size_t length)
{
	enum kube_resource r = 0;

	while (r < KUBE_RESOURCES && !same(resources[r].name, name, length))
		r++;
	return r;
}

enum kube_resource kube_resource_from_kind(const char *kind, size_t length)
{
	enum kube_resource r = 0;

	while (r < KUBE_RESOURCES && !same(resources[r].kind, kind, length))
		r++;
	return r;
}
