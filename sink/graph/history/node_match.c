#include "sink/graph/history/node_match.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"

#define ID_MAX 2048
#define KNOWN 1u
#define IS_CLIENT 2u
#define IS_SERVER 4u
#define IN_NAMESPACE 8u

void node_match_init(struct node_match *match, const char *client, const char *server,
		     const char *namespace, const struct node_table *nodes)
{
	*match = (struct node_match){
		.client = client, .server = server, .namespace = namespace, .nodes = nodes};
	text_init(&match->id, ID_MAX);
}

void node_match_free(struct node_match *match)
{
	free(match->known);
	text_free(&match->id);
	match->known = NULL;
}

static unsigned look(struct node_match *match, const struct node *node)
{
	unsigned known = KNOWN;
	const char *id;

	text_clear(&match->id);
	node_add_id(node, &match->id);
	id = text_terminate(&match->id);
	if (match->client == NULL || strcmp(id, match->client) == 0)
		known |= IS_CLIENT;
	if (match->server == NULL || strcmp(id, match->server) == 0)
		known |= IS_SERVER;
	if (match->namespace == NULL || strcmp(node->namespace, match->namespace) == 0)
		known |= IN_NAMESPACE;
	return known;
}

/* What is known of the node at INDEX; 0 if out of memory. */
static unsigned known_of(struct node_match *match, int32_t index)
{
	size_t at = (size_t)index;

	if (at >= match->count) {
		if (array_grow(&match->known, &match->capacity, at + 1, 1) < 0)
			return 0;
		while (match->count <= at)
			match->known[match->count++] = 0;
	}
	if (match->known[at] == 0)
		match->known[at] = (uint8_t)look(match, &match->nodes->nodes[index]);
	return match->id.failed ? 0 : match->known[at];
}

int node_match_edge(struct node_match *match, int32_t client, int32_t server)
{
	unsigned first = known_of(match, client), second = known_of(match, server);

	if (first == 0 || second == 0)
		return -1;
	return (first & IS_CLIENT) && (second & IS_SERVER) && ((first | second) & IN_NAMESPACE);
}
