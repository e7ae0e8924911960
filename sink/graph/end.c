#include "sink/graph/end.h"

#include <string.h>

/* Appends TEXT and its NUL at LENGTH. Returns the new length. */
static size_t add(char packed[static END_SIZE], size_t length, const char *text)
{
	size_t more = strlen(text) + 1;

	memcpy(packed + length, text, more);
	return length + more;
}

static enum end_kind kind_of(const struct tagged_flow_end *end)
{
	if (end->status != TAGGED_FLOW_KNOWN)
		return end->status == TAGGED_FLOW_UNKNOWN ? END_UNKNOWN : END_AMBIGUOUS;
	switch (end->kind) {
	case TAGGED_FLOW_NODE:
		return END_NODE;
	case TAGGED_FLOW_SERVICE:
		return END_SERVICE;
	case TAGGED_FLOW_OUTSIDE:
		return END_OUTSIDE;
	default:
		return END_POD;
	}
}

const char *end_service(const struct tagged_flow_end *end)
{
	bool address = end->kind == TAGGED_FLOW_SERVICE && end->service_count > 0;

	return end->service[0] == '\0' && address ? end->services[0] : end->service;
}

size_t end_pack(const struct tagged_flow_end *end, bool outside_addresses,
		char packed[static END_SIZE])
{
	enum end_kind kind = kind_of(end);
	bool named = kind == END_POD || kind == END_NODE || kind == END_SERVICE;
	char address[IP_TEXT_SIZE];
	const char *name = "";
	size_t length = 1;

	if (kind == END_UNKNOWN || kind == END_AMBIGUOUS)
		name = end->reason;
	else if (kind == END_NODE)
		name = end->node;
	else if (kind == END_POD && end->workload[0] == '\0')
		name = end->pod;
	if (kind == END_OUTSIDE && outside_addresses) {
		ip_format(&end->ip, address);
		name = address;
	}
	packed[0] = (char)kind;
	length = add(packed, length, named ? end->cluster : "");
	length = add(packed, length, named ? end->namespace : "");
	length = add(packed, length, named ? end_service(end) : "");
	length = add(packed, length, named ? end->workload_kind : "");
	length = add(packed, length, named ? end->workload : "");
	length = add(packed, length, named ? end->zone : "");
	return add(packed, length, name);
}

struct span end_further(void)
{
	static const char packed[1 + END_TEXTS] = {END_FURTHER};

	return (struct span){packed, sizeof(packed)};
}

int end_unpack(struct span packed, struct end *end)
{
	const char **const texts[END_TEXTS] = {&end->cluster,       &end->namespace, &end->service,
					       &end->workload_kind, &end->workload,  &end->zone,
					       &end->name};
	const char *at = packed.data + 1, *last = packed.data + packed.length;

	if (packed.length < 1 + END_TEXTS || (unsigned char)packed.data[0] > END_FURTHER)
		return -1;
	end->kind = (enum end_kind)packed.data[0];
	for (size_t i = 0; i < END_TEXTS; i++) {
		const char *nul = at < last ? memchr(at, '\0', (size_t)(last - at)) : NULL;

		if (nul == NULL)
			return -1;
		*texts[i] = at;
		at = nul + 1;
	}
	return at == last ? 0 : -1;
}
