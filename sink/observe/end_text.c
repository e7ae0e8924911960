#include "sink/observe/end_text.h"

#include <string.h>

#include "common/base/plain.h"
#include "sink/observe/reason_words.h"

static void add_visible(struct text *text, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		text_add(text, bytes[i] > ' ' && bytes[i] < 0x7f ? bytes + i : "?", 1);
}

void end_text_add_name(struct text *text, const char *name)
{
	add_visible(text, name, strlen(name));
}

static void add_port(struct text *text, const struct tagged_flow_end *end)
{
	if (end->port < 0)
		return;
	text_add(text, ":", 1);
	text_add_i64(text, end->port);
}

void end_text_add_address(struct text *text, const struct tagged_flow_end *end)
{
	bool brackets = !ip_is_v4(&end->ip) && end->port >= 0;
	char ip[IP_TEXT_SIZE];

	text_add_string(text, brackets ? "[" : "");
	text_add(text, ip, ip_format(&end->ip, ip));
	text_add_string(text, brackets ? "]" : "");
	add_port(text, end);
}

/* Whether a pod of NAMESPACE would look like something else. */
static bool is_taken(const char *namespace)
{
	static const char *const words[] = {"node",    "service",   "outside",
					    "unknown", "ambiguous", "pod"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(namespace, words[i]) == 0)
			return true;
	}
	return false;
}

static void add_pod(struct text *text, const struct tagged_flow_end *end)
{
	if (is_taken(end->namespace))
		text_add_string(text, "pod/");
	end_text_add_name(text, end->namespace);
	text_add(text, "/", 1);
	end_text_add_name(text, end->pod);
	add_port(text, end);
}

void end_text_add_label(struct text *text, const struct tagged_flow_end *end)
{
	if (end->status != TAGGED_FLOW_KNOWN) {
		text_add_string(text,
				end->status == TAGGED_FLOW_UNKNOWN ? "unknown/" : "ambiguous/");
		end_text_add_address(text, end);
		return;
	}
	switch (end->kind) {
	case TAGGED_FLOW_NO_KIND:
	case TAGGED_FLOW_POD:
		add_pod(text, end);
		break;
	case TAGGED_FLOW_NODE:
		text_add_string(text, "node/");
		end_text_add_name(text, end->node);
		add_port(text, end);
		break;
	case TAGGED_FLOW_SERVICE:
		text_add_string(text, "service/");
		end_text_add_name(text, end->service_count > 0 ? end->services[0] : end->service);
		add_port(text, end);
		break;
	case TAGGED_FLOW_OUTSIDE:
		text_add_string(text, "outside/");
		end_text_add_address(text, end);
		break;
	}
}

void end_text_add_services(struct text *text, const struct tagged_flow_end *end)
{
	for (size_t i = 0; i < end->service_count; i++) {
		text_add_string(text, i > 0 ? "," : "");
		end_text_add_name(text, end->services[i]);
	}
	if (end->service_count > 0 || end->workload[0] == '\0')
		return;
	end_text_add_name(text, end->workload_kind);
	text_add(text, "/", 1);
	end_text_add_name(text, end->workload);
}

/* Adds the string VALUE; nothing if it is none. */
static void add_value(struct text *text, struct value value)
{
	struct plain plain = {0};
	struct span name = plain_text(&plain, value);

	add_visible(text, name.data, name.data != NULL ? name.length : 0);
	plain_free(&plain);
}

static void add_candidate(struct text *text, struct value candidate)
{
	struct value kind = value_at(candidate, "kind");

	if (value_is_text(kind, "pod")) {
		add_value(text, value_at(candidate, "k8s.namespace.name"));
		text_add(text, "/", 1);
		add_value(text, value_at(candidate, "k8s.pod.name"));
	} else if (value_is_text(kind, "node")) {
		text_add_string(text, "node/");
		add_value(text, value_at(candidate, "k8s.node.name"));
	} else if (value_is_text(kind, "service")) {
		text_add_string(text, "service/");
		add_value(text, value_at(candidate, "service.namespace"));
		text_add(text, "/", 1);
		add_value(text, value_at(candidate, "service.name"));
	} else {
		text_add_string(text, "somebody unrecorded");
	}
}

void end_text_add_doubt(struct text *text, const struct tagged_flow_end *end, struct value tag)
{
	struct value_cursor candidates = value_walk(value_at(tag, "candidates"));
	struct value name, candidate;
	const char *words = reason_words(end->reason), *before = ", maybe ";

	if (words != end->reason)
		text_add_format(text, "%s (", words);
	end_text_add_name(text, end->reason);
	text_add_string(text, words != end->reason ? ")" : "");
	while (value_next(&candidates, &name, &candidate)) {
		text_add_string(text, before);
		add_candidate(text, candidate);
		before = " or ";
	}
}
