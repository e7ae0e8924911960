/* annotation.h - who held an address, in the form that follows it in a log.
 *
 *     [shop/web]               a pod of that service, or the service itself; of several, separated by ','
 *     [shop/deployment/web]    a pod without a service, of that workload; each with ANNOTATION_WORKLOAD
 *     [shop/pod/web-1]         a pod without either; each with ANNOTATION_POD
 *     [node/n1]                a node; with ANNOTATION_NODE a pod on it, too
 *     [shop/web?]              so only if the address sent a packet, or as far as is known: later
 *                              records may change it
 *     [?hand_over]             nobody is named, and why (docs/answers.md section 6); [?after_known]: the
 *                              cluster is not known up to that time
 *
 * Nothing follows an address that was outside the cluster, or that means something else on each
 * host. Names are of letters, digits and "-._:/"; another byte becomes '_', so a string of JSON
 * remains one.
 */
#ifndef TENURE_ANNOTATION_H
#define TENURE_ANNOTATION_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/text.h"
#include "sink/lookup/question.h"

#define ANNOTATION_SERVICES_MAX 3 /* more are counted: "shop/a,shop/b,shop/c,+2" */

/* What names a pod. */
enum annotation_with { ANNOTATION_SERVICE, ANNOTATION_WORKLOAD, ANNOTATION_POD, ANNOTATION_NODE };

enum annotation_kind {
	ANNOTATION_NAMED,
	ANNOTATION_DOUBTED, /* with '?' */
	ANNOTATION_UNKNOWN,
	ANNOTATION_UNCOVERED, /* unknown too: before or after what is known */
	ANNOTATION_OUTSIDE,   /* nothing */
	ANNOTATION_KINDS,
};

/* Adds the annotation of ANSWER. */
enum annotation_kind annotation_add(struct text *out, const struct lookup_answer *answer,
				    enum annotation_with with);
/* Finds of which kind the annotation TEXT[LENGTH] is. Returns false if it is none. */
bool annotation_read(const char *text, size_t length, enum annotation_kind *kind);

#endif
