/* json.h - typed reads from a JSON tree, without surprises.
 *
 * json-c converts a value that is read as the wrong type (the text "1" becomes the integer 1, a
 * number a text); these reads check the type first. The tree is json-c's.
 *
 * (1) Values are borrowed from the tree.
 * (2) null counts as absent, as in the Kubernetes API.
 * (3) Out-parameters are written only with JSON_FOUND.
 *
 * A PATH names members from the outside in, "status.podIP"; "" is the value
 * itself. json_member() reads keys that contain a dot (labels).
 */
#ifndef TENURE_JSON_H
#define TENURE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/scan.h"
#include "common/base/when.h"

struct json_object;

enum json_found {
	JSON_FOUND,
	JSON_ABSENT,
	JSON_WRONG_TYPE, /* another type here or along the path, or out of range */
};

/* Parses BYTES[LENGTH], which scan.h must find good. The caller frees the tree. Returns NULL
 * with *OUTCOME saying why; it is SCAN_GOOD for the text null and when out of memory. */
struct json_object *json_parse(const char *bytes, size_t length, enum scan_outcome *outcome);
void json_free(struct json_object *tree);

/* A text without NUL bytes. */
enum json_found json_text(const struct json_object *value, const char *path, const char **text);
enum json_found json_boolean(const struct json_object *value, const char *path, bool *truth);
/* A number without fraction and exponent, in the range of int64_t. */
enum json_found json_i64(const struct json_object *value, const char *path, int64_t *number);
/* A text in RFC 3339. */
enum json_found json_when(const struct json_object *value, const char *path, struct when *moment);
enum json_found json_object_at(const struct json_object *value, const char *path,
			       struct json_object **object);
enum json_found json_array(const struct json_object *value, const char *path,
			   struct json_object **array);

/* The member KEY, of any type but null, of the object VALUE. */
enum json_found json_member(const struct json_object *value, const char *key,
			    struct json_object **member);

/* The members of VALUE, one by one: MEMBERS is zero before the first. Returns false after the last, or
 * if VALUE is not an object. A null member is NULL. */
struct json_members {
	const void *next;
	bool begun;
};
bool json_next_member(const struct json_object *value, struct json_members *members,
		      const char **key, struct json_object **member);

/* ARRAY must be an array, and INDEX less than its length. A null element is NULL. */
size_t json_length(const struct json_object *array);
struct json_object *json_element(const struct json_object *array, size_t index);

#endif
