/* timeline_metrics.h - the metrics of a timeline and of the topic that feeds it, of every program that has one. */
#ifndef TENURE_TIMELINE_METRICS_H
#define TENURE_TIMELINE_METRICS_H

#include "common/base/text.h"
#include "common/timeline/kube_topic.h"
#include "common/timeline/timeline.h"

/* KUBE_TOPIC is NULL while it is not open. */
void timeline_metrics_add(const struct timeline *timeline, const struct kube_topic *kube_topic,
			  struct text *out);
/* The same of interfaces as a line of the log, if there is anything to say. */
void timeline_metrics_log(const struct timeline *timeline);

#endif
