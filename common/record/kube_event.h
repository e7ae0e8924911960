/* kube_event.h - reads a record of tenure.kube: a watch event, or a record about the watch.
 *
 * Reading is tolerant: members of the envelope may be missing, and an object may come
 * without an envelope, so the output of `kubectl get pods -A -w -o json
 * --output-watch-events --show-managed-fields | jq -c .` is a kube file.
 *
 * (1) In an object that was read, metadata is an object, and metadata.uid and
 *     metadata.name are texts that are not empty (except in BOOKMARK and ERROR).
 */
#ifndef TENURE_KUBE_EVENT_H
#define TENURE_KUBE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/span.h"
#include "common/base/when.h"
#include "common/record/fault.h"
#include "common/record/kube_object.h"
#include "common/record/kube_resource.h"

#define KUBE_CLUSTER_SIZE 254  /* a DNS name (RFC 1035: 253 bytes) and a NUL */
#define KUBE_NAMESPACE_SIZE 64 /* a DNS label (RFC 1123: 63 bytes) and a NUL */
#define KUBE_REASON_SIZE 64    /* of a GAP */
#define KUBE_NAMESPACES_MAX 32 /* in one scope; a scope with more is refused */
#define KUBE_SELECTOR_SIZE 256 /* what is kept of a selector, with a NUL */

enum kube_event_type {
	KUBE_ADDED,
	KUBE_MODIFIED,
	KUBE_DELETED,
	KUBE_BOOKMARK,   /* kubectl prints them; they have a revision and no object */
	KUBE_ERROR,      /* kubectl prints them; the object is a Status */
	KUBE_SYNC_BEGIN, /* a list begins: the ADDED records up to SYNC_END are its items */
	KUBE_SYNC_END,
	KUBE_GAP,
	KUBE_PROGRESS,
};

/* What a SYNC covers: the namespaces, or all of them if there are none. */
struct kube_scope {
	char namespaces[KUBE_NAMESPACES_MAX][KUBE_NAMESPACE_SIZE];
	size_t namespace_count;
	bool selective; /* it also has a selector: absence proves nothing */
	/* Selectors that tenure-kube wrote, "" for none: */
	char pod_labels[KUBE_SELECTOR_SIZE], pod_fields[KUBE_SELECTOR_SIZE];
};

/* True if a SYNC of SCOPE shows every object. */
bool kube_scope_is_everything(const struct kube_scope *scope);

struct kube_event {
	enum kube_event_type type;
	char cluster[KUBE_CLUSTER_SIZE]; /* "" when absent */
	/* Of a record that cannot be read: */
	bool cluster_untold;
	bool other_kind;             /* it is of a kind that is none of enum kube_resource */
	enum kube_resource resource; /* KUBE_RESOURCES: none (PROGRESS, ERROR, a GAP of all) */
	bool of_interface;    /* ADDED, MODIFIED or DELETED of `interfaces`, which are of no watch;
				      * RESOURCE is none */
	struct when received; /* WHEN_MIN when absent: see kube_event_newest.h */
	uint64_t resource_version; /* of the object or the SYNC; 0 if absent or not an integer */

	struct kube_object object;
	struct span uid, name, namespace; /* of OBJECT; namespace is empty if there is none */

	struct kube_scope scope;       /* SYNC_BEGIN, PROGRESS */
	bool new_epoch;                /* SYNC_BEGIN: revisions went back */
	struct when from, to;          /* GAP */
	char reason[KUBE_REASON_SIZE]; /* GAP, "" when absent */
	struct when known;             /* PROGRESS */
	/* PROGRESS; 0 if absent: */
	uint64_t revisions[KUBE_RESOURCES]; /* what the watch delivered: a restart resumes there */
	uint64_t proved[KUBE_RESOURCES];    /* up to here nothing else was found to have changed */
};

/* Reads BYTES[LENGTH], one record, which *EVENT borrows; the caller clears it. Returns -1 with *FAULT
 * filled when it cannot be read; *EVENT then has nothing but what can be told of its cluster and
 * resource. */
int kube_event_parse(const char *bytes, size_t length, struct kube_event *event,
		     struct fault *fault);
void kube_event_clear(struct kube_event *event);

/* "ADDED" and so on. */
const char *kube_event_type_name(enum kube_event_type type);

#endif
