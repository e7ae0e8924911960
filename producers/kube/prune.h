/* prune.h - what a binding needs of a Kubernetes object.
 *
 * An allow-list: what it does not name never reaches the topic. That keeps out
 * environments, volumes, secrets and last-applied configurations, of this and of every
 * later Kubernetes version.
 */
#ifndef TENURE_KUBE_PRUNE_H
#define TENURE_KUBE_PRUNE_H

#include "common/base/text.h"
#include "common/base/value.h"
#include "common/record/kube_resource.h"

/* Adds what is kept of OBJECT, with its kind first (the items of a list have none). */
void prune_add(struct text *out, enum kube_resource resource, struct value object);

#endif
