/* holder_names.h - the names of a pod, a node or a service, and of its controller. */
#ifndef TENURE_HOLDER_NAMES_H
#define TENURE_HOLDER_NAMES_H

#include "common/base/span.h"
#include "common/base/text.h"
#include "common/timeline/rules/binding.h"

#define NAME_MAX_BYTES 253 /* a DNS subdomain (RFC 1123), longest Kubernetes name */
#define UID_MAX_BYTES 128  /* uids are UUIDs (36) or hashes of a manifest (32) */

/* Only pods have a node and what follows. */
#define HOLDER_NAMES 9

struct holder_names {
	union {
		struct {
			struct span namespace, name, node;
			struct span owner_kind, owner_name,
				owner_uid; /* of the controller, or empty */
			struct span hash;  /* label pod-template-hash */
			/* JSON objects of those that are kept, or empty. */
			struct span labels, annotations;
		};
		struct span all[HOLDER_NAMES]; /* the same, in this order */
	};
};

/* Adds the full name: "namespace/name"; of a node its name. */
void holder_names_join(struct text *out, enum holder_kind kind, const struct holder_names *names);

#endif
