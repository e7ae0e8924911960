/* prune.h - what of a Kubernetes object a binding needs.
 *
 * An allow-list: what is not named there never reaches the topic, so neither do
 * environments, volumes, secrets and last-applied configurations, of this or of any
 * later Kubernetes version.
 */
#ifndef TENURE_KUBE_PRUNE_H
#define TENURE_KUBE_PRUNE_H

#include "common/base/text.h"
#include "common/record/kube_resource.h"
#include "producers/kube/value.h"

/* Adds what is kept of OBJECT, with its kind in front (items of a list have none). */
void prune_add(struct text *out, enum kube_resource resource, struct value object);

#endif
