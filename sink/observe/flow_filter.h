/* flow_filter.h - which flows are shown. Pure.
 *
 * A filter has values, and one of them must match. The filters of one end must match the same
 * end. NAME values are patterns: "cart-*" (fnmatch()). What a tag does not name matches no filter.
 */
#ifndef TENURE_FLOW_FILTER_H
#define TENURE_FLOW_FILTER_H

#include <stdbool.h>

#include "common/base/ip.h"
#include "common/base/when.h"
#include "common/program/settings.h"
#include "common/record/tagged_flow.h"

/* What the options of one end say. */
struct end_filter {
	struct settings_list namespaces;
	struct settings_list pods;      /* "NAME" or "NAMESPACE/NAME", also the next two */
	struct settings_list workloads; /* a deployment, ... */
	struct settings_list services;  /* any that the holder is in */
	struct settings_list nodes;     /* the node itself, and pods on it */
	struct settings_list ips;       /* addresses and ranges */
	struct settings_list ports;
	struct settings_list kinds;    /* pod, node, service, outside */
	struct settings_list statuses; /* known, unknown, ambiguous */
	struct settings_list reasons;  /* of docs/answers.md, section 6 */

	/* Set by flow_filter_check(). */
	struct ip_range ranges[SETTINGS_LIST_MAX];
	int32_t numbers[SETTINGS_LIST_MAX];
};

struct flow_filter {
	struct end_filter either, source, destination;
	bool inverted;            /* shows what does not match */
	struct when since, until; /* SINCE <= event.end < UNTIL, inverted or not */
};

/* Reads the values. Returns -1 after logging which option is wrong. */
int flow_filter_check(struct flow_filter *filter);
/* Whether every flow is shown. */
bool flow_filter_is_empty(const struct flow_filter *filter);
bool flow_filter_shows(const struct flow_filter *filter, const struct tagged_flow *flow);

#endif
