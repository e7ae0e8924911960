/* kube_resource.h - the kinds of Kubernetes object in the kube topic. Pure. */
#ifndef TENURE_KUBE_RESOURCE_H
#define TENURE_KUBE_RESOURCE_H

#include <stdbool.h>
#include <stddef.h>

enum kube_resource {
	KUBE_PODS,
	KUBE_SERVICES,
	KUBE_ENDPOINTSLICES,
	KUBE_NODES,
	KUBE_SERVICECIDRS,
	KUBE_REPLICASETS, /* metadata only: they name the Deployment of a pod */
	KUBE_JOBS,        /* metadata only: they name the CronJob of a pod */
	KUBE_RESOURCES,   /* how many there are; as a value, none or an unknown one */
};

/* "pods", as in the API's paths and in the record. */
const char *kube_resource_name(enum kube_resource resource);
/* "Pod", as in object.kind. */
const char *kube_resource_kind(enum kube_resource resource);

/* KUBE_RESOURCES if it is none of these. */
enum kube_resource kube_resource_from_name(const char *name, size_t length);
enum kube_resource kube_resource_from_kind(const char *kind, size_t length);

#endif
