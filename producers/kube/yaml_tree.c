#include "producers/kube/yaml_tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <yaml.h>

#include "common/base/scan.h"
#include "common/program/log.h"

struct yaml_tree {
	yaml_document_t document;
	bool loaded;
};

static bool load(struct yaml_tree *tree, FILE *file, const char *path, const char *what)
{
	yaml_parser_t parser;

	if (!yaml_parser_initialize(&parser)) {
		log_error("out of memory");
		return false;
	}
	yaml_parser_set_input_file(&parser, file);
	tree->loaded = yaml_parser_load(&parser, &tree->document);
	if (!tree->loaded)
		log_error("%s %s is not YAML: %s at line %zu", what, path,
			  parser.problem != NULL ? parser.problem : "unreadable",
			  parser.problem_mark.line + 1);
	yaml_parser_delete(&parser);
	return tree->loaded;
}

enum yaml_tree_outcome yaml_tree_read(const char *path, const char *what, struct yaml_tree **tree)
{
	FILE *file = fopen(path, "rbe");
	struct yaml_tree *read = NULL;
	enum yaml_tree_outcome outcome = YAML_TREE_BAD;

	if (file == NULL) {
		if (errno == ENOENT)
			return YAML_TREE_MISSING;
		log_error("cannot read %s %s: %s", what, path, strerror(errno));
		return YAML_TREE_BAD;
	}
	read = calloc(1, sizeof(*read));
	if (read == NULL) {
		log_error("out of memory");
		goto out;
	}
	if (!load(read, file, path, what))
		goto out;
	*tree = read;
	read = NULL;
	outcome = YAML_TREE_READ;
out:
	yaml_tree_free(read);
	fclose(file);
	return outcome;
}

void yaml_tree_free(struct yaml_tree *tree)
{
	if (tree != NULL && tree->loaded)
		yaml_document_delete(&tree->document);
	free(tree);
}

static const char *const nulls[] = {"~", "null"};
static const char *const truths[] = {"true", "yes", "on", "y"};
static const char *const lies[] = {"false", "no", "off", "n"};

static bool is_one_of(const char *word, const char *const words[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(word, words[i]) == 0)
			return true;
	return false;
}

#define IS_ONE_OF(word, words) is_one_of(word, words, sizeof(words) / sizeof((words)[0]))

static const char *scalar(const yaml_node_t *node)
{
	return node != NULL && node->type == YAML_SCALAR_NODE
		       ? (const char *)node->data.scalar.value
		       : NULL;
}

static bool is_plain(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static struct yaml_value value_of(struct yaml_tree *tree, const yaml_node_t *node)
{
	if (node != NULL && is_plain(node) &&
	    (*scalar(node) == '\0' || IS_ONE_OF(scalar(node), nulls)))
		node = NULL;
	return (struct yaml_value){tree, node};
}

static struct yaml_value value_at(struct yaml_tree *tree, int index)
{
	return value_of(tree, yaml_document_get_node(&tree->document, index));
}

struct yaml_value yaml_tree_root(struct yaml_tree *tree)
{
	return value_of(tree, yaml_document_get_root_node(&tree->document));
}

bool yaml_tree_present(struct yaml_value value)
{
	return value.node != NULL;
}

bool yaml_tree_is_mapping(struct yaml_value value)
{
	return value.node != NULL && value.node->type == YAML_MAPPING_NODE;
}

bool yaml_tree_is_sequence(struct yaml_value value)
{
	return value.node != NULL && value.node->type == YAML_SEQUENCE_NODE;
}

const char *yaml_tree_text(struct yaml_value value)
{
	const char *text = scalar(value.node);

	return text != NULL && *text ? text : NULL;
}

size_t yaml_tree_items(struct yaml_value value)
{
	const yaml_node_t *node = value.node;

	if (!yaml_tree_is_sequence(value))
		return 0;
	return (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
}

size_t yaml_tree_pairs(struct yaml_value value)
{
	const yaml_node_t *node = value.node;

	if (!yaml_tree_is_mapping(value))
		return 0;
	return (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
}

struct yaml_value yaml_tree_item(struct yaml_value sequence, size_t index)
{
	return value_at(sequence.tree, sequence.node->data.sequence.items.start[index]);
}

struct yaml_value yaml_tree_pair(struct yaml_value mapping, size_t index, const char **name)
{
	const yaml_node_pair_t *pair = &mapping.node->data.mapping.pairs.start[index];

	*name = scalar(yaml_document_get_node(&mapping.tree->document, pair->key));
	return value_at(mapping.tree, pair->value);
}

struct yaml_value yaml_tree_member(struct yaml_value mapping, const char *name)
{
	for (size_t i = 0; i < yaml_tree_pairs(mapping); i++) {
		const char *key;
		struct yaml_value value = yaml_tree_pair(mapping, i, &key);

		if (key != NULL && strcmp(key, name) == 0)
			return value;
	}
	return (struct yaml_value){mapping.tree, NULL};
}

const char *yaml_tree_text_at(struct yaml_value mapping, const char *name)
{
	return yaml_tree_text(yaml_tree_member(mapping, name));
}

bool yaml_tree_true_at(struct yaml_value mapping, const char *name)
{
	const char *text = yaml_tree_text_at(mapping, name);

	return text != NULL && IS_ONE_OF(text, truths);
}

static void add_scalar(const yaml_node_t *node, struct text *json)
{
	const char *text = scalar(node);
	size_t length = node->data.scalar.length;
	bool number = *text == '-' || (*text >= '0' && *text <= '9');

	if (!is_plain(node))
		text_add_json(json, text, length);
	else if (IS_ONE_OF(text, truths))
		text_add_string(json, "true");
	else if (IS_ONE_OF(text, lies))
		text_add_string(json, "false");
	else if (number && scan_validate(text, length) == SCAN_GOOD)
		text_add(json, text, length);
	else
		text_add_json(json, text, length);
}

/* An anchor inside itself has no end, so DEPTH is limited, and so is what is added. */
static void add_json(struct yaml_value value, size_t depth, struct text *json)
{
	bool mapping = yaml_tree_is_mapping(value);
	size_t count = mapping ? yaml_tree_pairs(value) : yaml_tree_items(value);

	if (depth > YAML_TREE_DEPTH_MAX)
		json->failed = true;
	if (json->failed)
		return;
	if (value.node == NULL || value.node->type == YAML_SCALAR_NODE) {
		if (value.node == NULL)
			text_add_string(json, "null");
		else
			add_scalar(value.node, json);
		return;
	}
	text_add_string(json, mapping ? "{" : "[");
	for (size_t i = 0; i < count && !json->failed; i++) {
		const char *name = NULL;
		struct yaml_value inner =
			mapping ? yaml_tree_pair(value, i, &name) : yaml_tree_item(value, i);

		if (i > 0)
			text_add_string(json, ",");
		if (mapping) {
			text_add_json_string(json, name != NULL ? name : "");
			text_add_string(json, ":");
		}
		add_json(inner, depth + 1, json);
	}
	text_add_string(json, mapping ? "}" : "]");
}

void yaml_tree_add_json(struct yaml_value value, struct text *json)
{
	add_json(value, 1, json);
}
