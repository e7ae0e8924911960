#include "common/record/kube_object.h"

static const struct member metadata[] = {
	{"uid", PART_UID, NULL},
	{"name", PART_NAME, NULL},
	{"namespace", PART_NAMESPACE, NULL},
	{"resourceVersion", PART_REVISION, NULL},
	{"creationTimestamp", PART_CREATED, NULL},
	{"deletionTimestamp", PART_DELETED, NULL},
	{"labels", PART_LABELS, NULL},
	{"annotations", PART_ANNOTATIONS, NULL},
	{"ownerReferences", PART_OWNERS, NULL},
	{NULL, 0, NULL},
};

const struct member kube_object_members[] = {
	{"kind", PART_KIND, NULL},
	{"metadata", PART_METADATA, metadata},
	{"spec", PART_SPEC, NULL},
	{"status", PART_STATUS, NULL},
	{"addressType", PART_ADDRESS_TYPE, NULL},
	{"ports", PART_PORTS, NULL},
	{"endpoints", PART_ENDPOINTS, NULL},
	{NULL, 0, NULL},
};

void kube_object_read(struct value whole, struct kube_object *object)
{
	*object = (struct kube_object){.whole = whole};
	members_find(whole, kube_object_members, object->parts);
}
