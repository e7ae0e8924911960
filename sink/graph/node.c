#include "sink/graph/node.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"
#include "sink/graph/end.h"

#define FIRST_CAPACITY 64

const char *const node_level_names[] = {"service", "workload", "namespace", "zone", NULL};

/* Copies a name, which fits; strnlen() proves that to the compiler. */
static void set(char *out, size_t size, const char *text)
{
	size_t length = strnlen(text, size - 1);

	memcpy(out, text, length);
	out[length] = '\0';
}

static void set_service(struct node *node, const char *service)
{
	const char *slash = strchr(service, '/');
	size_t length = slash != NULL ? (size_t)(slash - service) : 0;

	node->kind = NODE_SERVICE;
	if (length < sizeof(node->namespace))
		set(node->namespace, length + 1, service);
	set(node->name, sizeof(node->name), slash != NULL ? slash + 1 : service);
}

static void set_pod(struct node *node, const struct end *end)
{
	set(node->namespace, sizeof(node->namespace), end->namespace);
	if (end->workload[0] != '\0') {
		node->kind = NODE_WORKLOAD;
		set(node->name, sizeof(node->name), end->workload);
		set(node->workload_kind, sizeof(node->workload_kind), end->workload_kind);
	} else {
		node->kind = NODE_POD;
		set(node->name, sizeof(node->name), end->name);
	}
}

/* A pod, a node or a service's address. */
static void set_known(struct node *node, const struct end *end, enum node_level level)
{
	bool by_service = level == NODE_LEVEL_SERVICE || end->kind == END_SERVICE;

	set(node->cluster, sizeof(node->cluster), end->cluster);
	if (level == NODE_LEVEL_ZONE) {
		node->kind = NODE_ZONE;
		set(node->name, sizeof(node->name), end->zone);
	} else if (end->service[0] != '\0' && by_service) {
		set_service(node, end->service);
	} else if (end->kind == END_NODE) {
		node->kind = NODE_NODE;
		set(node->name, sizeof(node->name), end->name);
	} else {
		set_pod(node, end);
	}
	if (level == NODE_LEVEL_NAMESPACE && node->namespace[0] != '\0') {
		node->kind = NODE_NAMESPACE;
		node->name[0] = node->workload_kind[0] = '\0';
	}
}

struct node node_of(struct span packed, enum node_level level)
{
	static const enum node_kind kinds[] = {
		[END_OUTSIDE] = NODE_OUTSIDE,
		[END_UNKNOWN] = NODE_UNKNOWN,
		[END_AMBIGUOUS] = NODE_AMBIGUOUS,
		[END_FURTHER] = NODE_FURTHER,
	};
	struct node node = {.kind = NODE_FURTHER};
	struct end end;

	if (end_unpack(packed, &end) < 0)
		return node;
	if (end.kind < END_OUTSIDE) {
		set_known(&node, &end, level);
	} else {
		node.kind = kinds[end.kind];
		set(node.name, sizeof(node.name), end.name);
	}
	return node;
}

static uint64_t hash_of(const struct node *node)
{
	uint64_t hash = hash_bytes(HASH_START, &node->kind, sizeof(node->kind));

	hash = hash_text(hash, node->cluster);
	hash = hash_text(hash, node->namespace);
	hash = hash_text(hash, node->name);
	return hash_text(hash, node->workload_kind);
}

static bool equal(const struct node *a, const struct node *b)
{
	return a->kind == b->kind && strcmp(a->name, b->name) == 0 &&
	       strcmp(a->namespace, b->namespace) == 0 && strcmp(a->cluster, b->cluster) == 0 &&
	       strcmp(a->workload_kind, b->workload_kind) == 0;
}

/* The slot of NODE, or the free one where it belongs. */
static size_t slot_of(const struct node_table *table, const struct node *node)
{
	size_t slot = hash_of(node) & (table->slot_count - 1);

	while (table->slots[slot] != 0 && !equal(&table->nodes[table->slots[slot] - 1], node))
		slot = (slot + 1) & (table->slot_count - 1);
	return slot;
}

static int grow(struct node_table *table)
{
	size_t capacity = table->capacity == 0 ? FIRST_CAPACITY : table->capacity * 2;
	struct node *nodes = realloc(table->nodes, capacity * sizeof(*nodes));
	uint32_t *slots = NULL;

	if (nodes == NULL)
		return -1;
	table->nodes = nodes;
	slots = calloc(capacity * 2, sizeof(*slots));
	if (slots == NULL)
		return -1;
	free(table->slots);
	table->slots = slots;
	table->slot_count = capacity * 2;
	table->capacity = capacity;
	for (size_t i = 0; i < table->count; i++)
		slots[slot_of(table, &nodes[i])] = (uint32_t)(i + 1);
	return 0;
}

void node_table_free(struct node_table *table)
{
	free(table->nodes);
	free(table->slots);
	*table = (struct node_table){0};
}

int32_t node_table_index(struct node_table *table, const struct node *node)
{
	static const struct node further = {.kind = NODE_FURTHER};

	if (table->count == table->capacity && table->count < NODES_MAX && grow(table) < 0)
		return -1;

	size_t slot = slot_of(table, node);

	/* The last place is kept for "further" (3). */
	if (table->slots[slot] == 0 && table->count >= NODES_MAX - 1) {
		table->further++;
		node = &further;
		slot = slot_of(table, node);
	}
	if (table->slots[slot] == 0) {
		table->nodes[table->count++] = *node;
		table->slots[slot] = (uint32_t)table->count;
	}
	return (int32_t)(table->slots[slot] - 1);
}

int32_t node_table_find(const struct node_table *table, const struct node *node)
{
	return table->count == 0 ? -1 : (int32_t)table->slots[slot_of(table, node)] - 1;
}

int node_compare(const struct node *a, const struct node *b)
{
	int order = strcmp(a->namespace, b->namespace);

	/* Nodes without a namespace come last. */
	if (order != 0 && (a->namespace[0] == '\0' || b->namespace[0] == '\0'))
		return -order;
	if (order == 0 && a->namespace[0] == '\0')
		order = (int)a->kind - (int)b->kind;
	if (order == 0)
		order = strcmp(a->name, b->name);
	if (order == 0)
		order = (int)a->kind - (int)b->kind;
	if (order == 0)
		order = strcmp(a->workload_kind, b->workload_kind);
	if (order == 0)
		order = strcmp(a->cluster, b->cluster);
	return order;
}

const char *node_kind_name(const struct node *node)
{
	static const char *const names[] = {"service", "workload",  "pod",       "node", "outside",
					    "unknown", "ambiguous", "namespace", "zone", "further"};

	if (node->kind == NODE_WORKLOAD && node->workload_kind[0] != '\0')
		return node->workload_kind;
	return names[node->kind];
}

/* Labels go to terminals, and names come from records that anybody may write. */
static void add_name(struct text *text, const char *before, const char *name, const char *after)
{
	text_add_string(text, before);
	for (; *name; name++)
		text_add(text, *name > ' ' && *name < 0x7f ? name : "?", 1);
	text_add_string(text, after);
}

void node_add_label(const struct node *node, bool with_cluster, struct text *text)
{
	switch (node->kind) {
	case NODE_SERVICE:
	case NODE_WORKLOAD:
	case NODE_POD:
		add_name(text, "", node->namespace, "/");
		add_name(text, "", node->name, "");
		break;
	case NODE_NODE:
		add_name(text, "node/", node->name, "");
		break;
	case NODE_OUTSIDE:
		add_name(text, node->name[0] == '\0' ? "outside" : "outside ", node->name, "");
		break;
	case NODE_UNKNOWN:
		add_name(text, "unknown (", node->name, ")");
		break;
	case NODE_AMBIGUOUS:
		add_name(text, "ambiguous (", node->name, ")");
		break;
	case NODE_NAMESPACE:
		add_name(text, "", node->namespace, "");
		break;
	case NODE_ZONE:
		add_name(text, node->name[0] == '\0' ? "(no zone)" : "zone/", node->name, "");
		break;
	case NODE_FURTHER:
		text_add_string(text, "(further nodes)");
		break;
	}
	if (with_cluster && node->cluster[0] != '\0')
		add_name(text, "@", node->cluster, "");
	if (node->kind == NODE_WORKLOAD || node->kind == NODE_POD)
		add_name(text, " (", node_kind_name(node), ")");
	/* A service n1 of a namespace called node is not the node n1. */
	if (node->kind == NODE_SERVICE && strcmp(node->namespace, "node") == 0)
		text_add_string(text, " (service)");
}

void node_add_id(const struct node *node, struct text *text)
{
	const char *const parts[] = {node->cluster, node->namespace, node->name};

	text_add_string(text, node_kind_name(node));
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i][0] == '\0')
			continue;
		text_add_string(text, "/");
		text_add_string(text, parts[i]);
	}
}
