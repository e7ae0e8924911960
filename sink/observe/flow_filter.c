#include "sink/observe/flow_filter.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "common/program/log.h"

static const char *const kinds[] = {"", "pod", "node", "service", "outside"};
static const char *const statuses[] = {"known", "unknown", "ambiguous"};

/* ---- Checking the options ---- */

static bool is_among(const char *text, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (names[i][0] != '\0' && strcmp(text, names[i]) == 0)
			return true;
	}
	return false;
}

static int refuse(const char *side, const char *option, const char *text, const char *wanted)
{
	log_error("--%s%s: \"%s\" is not %s", side, option, text, wanted);
	return -1;
}

static int check_port(const char *text, int32_t *port)
{
	size_t length = strlen(text);

	*port = 0;
	if (length == 0 || length > 5 || strspn(text, "0123456789") != length)
		return -1;
	for (size_t i = 0; i < length; i++)
		*port = *port * 10 + (text[i] - '0');
	return *port <= UINT16_MAX ? 0 : -1;
}

/* SIDE is "", "from-" or "to-". */
static int check_end(struct end_filter *end, const char *side)
{
	for (size_t i = 0; i < end->ips.count; i++) {
		const char *text = end->ips.values[i];

		if (ip_range_parse(text, strlen(text), &end->ranges[i]) < 0)
			return refuse(side, "ip", text,
				      "an address or a range such as 10.244.0.0/16");
	}
	for (size_t i = 0; i < end->ports.count; i++) {
		if (check_port(end->ports.values[i], &end->numbers[i]) < 0)
			return refuse(side, "port", end->ports.values[i],
				      "a number from 0 to 65535");
	}
	for (size_t i = 0; i < end->kinds.count; i++) {
		if (!is_among(end->kinds.values[i], kinds, sizeof(kinds) / sizeof(kinds[0])))
			return refuse(side, "kind", end->kinds.values[i],
				      "pod, node, service or outside");
	}
	for (size_t i = 0; i < end->statuses.count; i++) {
		if (!is_among(end->statuses.values[i], statuses,
			      sizeof(statuses) / sizeof(statuses[0])))
			return refuse(side, "status", end->statuses.values[i],
				      "known, unknown or ambiguous");
	}
	return 0;
}

static bool end_is_empty(const struct end_filter *end)
{
	return end->namespaces.count + end->pods.count + end->workloads.count +
		       end->services.count + end->nodes.count + end->ips.count + end->ports.count +
		       end->kinds.count + end->statuses.count + end->reasons.count ==
	       0;
}

int flow_filter_check(struct flow_filter *filter)
{
	if (when_not_after(filter->until, filter->since)) {
		log_error("--until: must be later than --since");
		return -1;
	}
	if (filter->inverted && end_is_empty(&filter->either) && end_is_empty(&filter->source) &&
	    end_is_empty(&filter->destination)) {
		log_error("--not: prints what filters such as --pod leave out, so it needs one");
		return -1;
	}
	if (check_end(&filter->either, "") < 0 || check_end(&filter->source, "from-") < 0 ||
	    check_end(&filter->destination, "to-") < 0)
		return -1;
	return 0;
}

/* ---- Matching ---- */

/* An empty list matches anything, and an empty NAME, which is absent, no value. */
static bool name_matches(const struct settings_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++) {
		if (name[0] != '\0' && fnmatch(list->values[i], name, 0) == 0)
			return true;
	}
	return list->count == 0;
}

/* The same for NAME of NAMESPACE; a value may be without a namespace. */
static bool full_name_matches(const struct settings_list *list, const char *namespace,
			      const char *name)
{
	for (size_t i = 0; i < list->count && name[0] != '\0'; i++) {
		const char *value = list->values[i], *slash = strchr(value, '/');
		char full[TAGGED_FLOW_LABEL_SIZE + TAGGED_FLOW_NAME_SIZE];

		snprintf(full, sizeof(full), "%s/%s", namespace, name);
		if (fnmatch(value, slash != NULL ? full : name, 0) == 0)
			return true;
	}
	return list->count == 0;
}

static bool services_match(const struct settings_list *list, const struct tagged_flow_end *end)
{
	for (size_t i = 0; i < end->service_count && list->count > 0; i++) {
		const char *full = end->services[i], *slash = strchr(full, '/');
		char namespace[TAGGED_FLOW_SERVICE_SIZE];

		if (slash == NULL)
			continue;
		snprintf(namespace, sizeof(namespace), "%.*s", (int)(slash - full), full);
		if (full_name_matches(list, namespace, slash + 1))
			return true;
	}
	return list->count == 0;
}

static bool address_matches(const struct end_filter *filter, const struct tagged_flow_end *end)
{
	bool ip = filter->ips.count == 0, port = filter->ports.count == 0;

	for (size_t i = 0; i < filter->ips.count && !ip; i++)
		ip = ip_in_range(&end->ip, &filter->ranges[i]);
	for (size_t i = 0; i < filter->ports.count && !port; i++)
		port = end->port == filter->numbers[i];
	return ip && port;
}

static bool end_matches(const struct end_filter *filter, const struct tagged_flow_end *end)
{
	return address_matches(filter, end) &&
	       name_matches(&filter->statuses, statuses[end->status]) &&
	       name_matches(&filter->reasons, end->reason) &&
	       name_matches(&filter->kinds, kinds[end->kind]) &&
	       name_matches(&filter->namespaces, end->namespace) &&
	       name_matches(&filter->nodes, end->node) &&
	       full_name_matches(&filter->pods, end->namespace, end->pod) &&
	       full_name_matches(&filter->workloads, end->namespace, end->workload) &&
	       services_match(&filter->services, end);
}

bool flow_filter_is_empty(const struct flow_filter *filter)
{
	return end_is_empty(&filter->either) && end_is_empty(&filter->source) &&
	       end_is_empty(&filter->destination) && when_is_min(filter->since) &&
	       when_is_max(filter->until);
}

bool flow_filter_shows(const struct flow_filter *filter, const struct tagged_flow *flow)
{
	bool matches = (end_matches(&filter->either, &flow->source) ||
			end_matches(&filter->either, &flow->destination)) &&
		       end_matches(&filter->source, &flow->source) &&
		       end_matches(&filter->destination, &flow->destination);

	return matches != filter->inverted && when_not_after(filter->since, flow->end) &&
	       when_before(flow->end, filter->until);
}
