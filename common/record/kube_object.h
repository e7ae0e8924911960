/* kube_object.h - the parts of a Kubernetes object, found in place in its JSON.
 *
 * A slice of a large service is hundreds of kilobytes, so no tree is built. What is common to all
 * kinds is found in one walk; a kind's own readers continue inside these parts.
 */
#ifndef TENURE_KUBE_OBJECT_H
#define TENURE_KUBE_OBJECT_H

#include "common/base/members.h"
#include "common/base/plain.h"
#include "common/base/value.h"

enum kube_part {
	PART_KIND,
	PART_METADATA,
	PART_UID, /* of metadata, and so on */
	PART_NAME,
	PART_NAMESPACE,
	PART_REVISION,
	PART_CREATED,
	PART_DELETED,
	PART_LABELS,
	PART_ANNOTATIONS,
	PART_OWNERS,
	PART_SPEC, /* of the object */
	PART_STATUS,
	PART_ADDRESS_TYPE,
	PART_PORTS,
	PART_ENDPOINTS,
	KUBE_PARTS,
};

struct kube_object {
	struct value whole; /* absent if the record has none */
	struct value parts[KUBE_PARTS];
	struct plain plain; /* its texts that have escapes */
};

/* The members that are its parts, in the slots of enum kube_part. */
extern const struct member kube_object_members[];

/* Finds the parts of WHOLE. Free OBJECT->plain afterwards. */
void kube_object_read(struct value whole, struct kube_object *object);

#endif
