#include "sink/lookup/lines/annotation.h"

#include <string.h>

static bool is_plain(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c != '\0' && strchr("-._:/", c) != NULL);
}

static void add_name(struct text *out, struct span name)
{
	for (size_t i = 0; i < name.length; i++)
		text_add(out, is_plain(name.data[i]) ? &name.data[i] : "_", 1);
}

static void add_services(struct text *out, const struct services *services)
{
	for (size_t s = 0; s < services->count && s < ANNOTATION_SERVICES_MAX; s++) {
		if (s > 0)
			text_add(out, ",", 1);
		add_name(out, services->list[s].name);
	}
	if (services->count > ANNOTATION_SERVICES_MAX)
		text_add_format(out, ",+%zu", services->count - ANNOTATION_SERVICES_MAX);
}

static void add_pod(struct text *out, const struct named_holder *holder, bool workload)
{
	const char *slash = memchr(holder->full_name.data, '/', holder->full_name.length);
	size_t namespace = slash != NULL ? (size_t)(slash + 1 - holder->full_name.data) : 0;
	struct span name = {holder->full_name.data + namespace,
			    holder->full_name.length - namespace};

	add_name(out, (struct span){holder->full_name.data, namespace});
	if (!workload || holder->workload_kind.length == 0) {
		text_add_string(out, "pod/");
		add_name(out, name);
		return;
	}
	add_name(out, holder->workload_member != NULL ? span_of(holder->workload_member)
						      : holder->workload_kind);
	text_add(out, "/", 1);
	add_name(out, holder->workload_name);
}

static void add_holder(struct text *out, const struct timeline_answer *answer,
		       enum annotation_with with)
{
	const struct named_holder *holder = answer->holder;

	if (holder->kind == HOLDER_SERVICE) {
		add_name(out, holder->full_name);
	} else if (holder->kind == HOLDER_NODE ||
		   (with == ANNOTATION_NODE && holder->node.length > 0)) {
		text_add_string(out, "node/");
		add_name(out, holder->node);
	} else if (with == ANNOTATION_SERVICE && answer->services.count > 0) {
		add_services(out, &answer->services);
	} else {
		add_pod(out, holder, with == ANNOTATION_SERVICE || with == ANNOTATION_WORKLOAD);
	}
}

enum annotation_kind annotation_add(struct text *out, const struct lookup_answer *asked,
				    enum annotation_with with)
{
	const struct timeline_answer *answer = &asked->answer;
	bool known = answer->status == TIMELINE_KNOWN, after = lookup_is_after_known(asked);
	bool before = answer->reason != NULL && strcmp(answer->reason, "before_coverage") == 0;
	bool doubted = asked->provisional || !answer->certain;

	if (answer->reason != NULL && strcmp(answer->reason, "local_scope") == 0)
		return ANNOTATION_OUTSIDE;
	if (!known || after) {
		text_add_string(out, "[?");
		text_add_string(out, after ? "after_known" : answer->reason);
		text_add(out, "]", 1);
		return after || before ? ANNOTATION_UNCOVERED : ANNOTATION_UNKNOWN;
	}
	if (answer->holder == NULL)
		return ANNOTATION_OUTSIDE;
	text_add(out, "[", 1);
	add_holder(out, answer, with);
	text_add_string(out, doubted ? "?]" : "]");
	return doubted ? ANNOTATION_DOUBTED : ANNOTATION_NAMED;
}

static bool begins(const char *text, size_t length, const char *with)
{
	return length >= strlen(with) && memcmp(text, with, strlen(with)) == 0;
}

bool annotation_read(const char *text, size_t length, enum annotation_kind *kind)
{
	if (length == 0) {
		*kind = ANNOTATION_OUTSIDE;
		return true;
	}
	if (length < sizeof("[]") || text[0] != '[' || text[length - 1] != ']')
		return false;
	if (begins(text, length, "[?after_known]") || begins(text, length, "[?before_coverage]"))
		*kind = ANNOTATION_UNCOVERED;
	else if (text[1] == '?')
		*kind = ANNOTATION_UNKNOWN;
	else
		*kind = text[length - 2] == '?' ? ANNOTATION_DOUBTED : ANNOTATION_NAMED;
	return true;
}
