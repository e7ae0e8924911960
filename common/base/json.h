/* json.h - typed reads from a JSON tree, without surprises.
 *
 * json-c converts between types when it is asked for the wrong one (the text
 * "1" is the integer 1, a number is a text); these reads look at the type
 * first. The tree is json-c's; json_parse_strict() gives it, json_free() ends it.
 *
 * (1) Every value that is read is borrowed and dies with the tree.
 * (2) null counts as absent, as in the Kubernetes API.
 * (3) Out-parameters are written only when JSON_FOUND is returned.
 *
 * A PATH names members from the outside in, "status.podIP"; "" is the value
 * itself. For keys that hold a dot (labels) there is json_member().
 */
#ifndef TENURE_JSON_H
#define TENURE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/when.h"

struct json_object;

enum json_found {
	JSON_FOUND,
	JSON_ABSENT,
	JSON_WRONG_TYPE, /* here or on the way: another type, or out of range */
};

#define JSON_DEPTH_MAX 32 /* managedFields of pods stay below 20 */

/* Parses BYTES[LENGTH], one JSON text of RFC 8259 with valid UTF-8, nested no
 * deeper than JSON_DEPTH_MAX, with nothing but white space behind it. The caller frees the tree. Returns NULL when it is none, with
 * *WHAT (static text) saying why and *AT the byte where it was seen, 0 where
 * that is not known. */
struct json_object *json_parse_strict(const char *bytes, size_t length, const char **what,
				      size_t *at);
void json_free(struct json_object *tree);

/* A text without NUL bytes. */
enum json_found json_text(const struct json_object *value, const char *path, const char **text);
enum json_found json_boolean(const struct json_object *value, const char *path, bool *truth);
/* A number written without fraction and exponent, in the range of int64_t. */
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

/* VALUE must be an array, INDEX below its length. An element may be NULL: null. */
size_t json_length(const struct json_object *array);
struct json_object *json_element(const struct json_object *array, size_t index);

#endif
