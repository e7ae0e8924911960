/* yaml_tree.h - reads a YAML file, and the values in it. Only yaml_tree.c knows libyaml.
 *
 * (1) Values and texts are borrowed from the tree.
 * (2) A value that is not there is absent, and so is every member of it. null counts as absent,
 *     as in the Kubernetes API.
 */
#ifndef TENURE_KUBE_YAML_TREE_H
#define TENURE_KUBE_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/text.h"

#define YAML_TREE_DEPTH_MAX 32 /* of what yaml_tree_add_json() writes */

struct yaml_node_s;
struct yaml_tree;

struct yaml_value {
	struct yaml_tree *tree;
	const struct yaml_node_s *node; /* NULL: absent */
};

enum yaml_tree_outcome {
	YAML_TREE_READ,
	YAML_TREE_MISSING, /* there is no such file; not logged */
	YAML_TREE_BAD,     /* logged */
};

/* Reads the first document of the file PATH into *TREE. WHAT it is, such as "kubeconfig", is for
 * messages. An empty file has an absent root. */
enum yaml_tree_outcome yaml_tree_read(const char *path, const char *what, struct yaml_tree **tree);
void yaml_tree_free(struct yaml_tree *tree);

struct yaml_value yaml_tree_root(struct yaml_tree *tree);
bool yaml_tree_present(struct yaml_value value);
bool yaml_tree_is_mapping(struct yaml_value value);
bool yaml_tree_is_sequence(struct yaml_value value);
/* A scalar that is not empty, or NULL. */
const char *yaml_tree_text(struct yaml_value value);
/* The member NAME of a mapping; the first one if there are two. */
struct yaml_value yaml_tree_member(struct yaml_value mapping, const char *name);
const char *yaml_tree_text_at(struct yaml_value mapping, const char *name);
bool yaml_tree_true_at(struct yaml_value mapping, const char *name);
/* The number of items; 0 if VALUE is not a sequence. */
size_t yaml_tree_items(struct yaml_value value);
/* INDEX is less than the number of items. */
struct yaml_value yaml_tree_item(struct yaml_value sequence, size_t index);
/* The same for the members of a mapping; *NAME is NULL if it is not a scalar. */
size_t yaml_tree_pairs(struct yaml_value value);
struct yaml_value yaml_tree_pair(struct yaml_value mapping, size_t index, const char **name);
/* Adds VALUE as JSON. Plain scalars are null, a boolean, a number in JSON's form or, whatever else
 * they are in YAML 1.1 (octal numbers, dates), a string. Nesting beyond YAML_TREE_DEPTH_MAX sets
 * JSON->failed. */
void yaml_tree_add_json(struct yaml_value value, struct text *json);

#endif
