#include "common/base/json.h"

#include <json-c/json.h>
#include <limits.h>
#include <string.h>

#define KEY_MAX 256 /* longest member name in a path */

void json_free(struct json_object *tree)
{
	json_object_put(tree);
}

/* scan.h decides, because json-c accepts NaN, 'single quotes', "1." and, depending on its
 * version, bare control characters, and its strict form refuses long integers in some
 * versions. */
struct json_object *json_parse(const char *bytes, size_t length, enum scan_outcome *outcome)
{
	struct json_object *tree = NULL;
	struct json_tokener *tokener;

	*outcome = scan_validate(bytes, length);
	if (*outcome != SCAN_GOOD || length > INT_MAX)
		return NULL;
	tokener = json_tokener_new_ex(SCAN_DEPTH_MAX + 1);
	if (tokener == NULL)
		return NULL;
	tree = json_tokener_parse_ex(tokener, bytes, (int)length);
	/* A number at the very end is complete only once something follows it. */
	if (json_tokener_get_error(tokener) == json_tokener_continue)
		tree = json_tokener_parse_ex(tokener, "", 1);
	json_tokener_free(tokener);
	return tree;
}

enum json_found json_member(const struct json_object *value, const char *key,
			    struct json_object **member)
{
	struct json_object *found = NULL;

	if (!json_object_is_type(value, json_type_object))
		return JSON_WRONG_TYPE;
	if (!json_object_object_get_ex(value, key, &found) || found == NULL)
		return JSON_ABSENT;
	*member = found;
	return JSON_FOUND;
}

/* Follows PATH to a value of TYPE. */
static enum json_found at_path(const struct json_object *value, const char *path,
			       enum json_type type, struct json_object **end)
{
	struct json_object *here = (struct json_object *)value;
	char key[KEY_MAX];

	if (here == NULL)
		return JSON_ABSENT;
	while (*path) {
		size_t length = strcspn(path, ".");
		enum json_found found;

		if (length >= sizeof(key))
			return JSON_ABSENT;
		memcpy(key, path, length);
		key[length] = '\0';
		found = json_member(here, key, &here);
		if (found != JSON_FOUND)
			return found;
		path += length;
		if (*path == '.')
			path++;
	}
	if (!json_object_is_type(here, type))
		return JSON_WRONG_TYPE;
	*end = here;
	return JSON_FOUND;
}

enum json_found json_text(const struct json_object *value, const char *path, const char **text)
{
	struct json_object *end;
	enum json_found found = at_path(value, path, json_type_string, &end);

	if (found != JSON_FOUND)
		return found;

	const char *string = json_object_get_string(end);

	if (memchr(string, '\0', (size_t)json_object_get_string_len(end)))
		return JSON_WRONG_TYPE;
	*text = string;
	return JSON_FOUND;
}

enum json_found json_boolean(const struct json_object *value, const char *path, bool *truth)
{
	struct json_object *end;
	enum json_found found = at_path(value, path, json_type_boolean, &end);

	if (found == JSON_FOUND)
		*truth = json_object_get_boolean(end);
	return found;
}

enum json_found json_i64(const struct json_object *value, const char *path, int64_t *number)
{
	struct json_object *end;
	enum json_found found = at_path(value, path, json_type_int, &end);

	if (found != JSON_FOUND)
		return found;
	/* json-c saturates: a number out of range reads as the limit. */
	if (json_object_get_int64(end) == INT64_MAX && json_object_get_uint64(end) != INT64_MAX)
		return JSON_WRONG_TYPE;
	*number = json_object_get_int64(end);
	return JSON_FOUND;
}

enum json_found json_when(const struct json_object *value, const char *path, struct when *moment)
{
	const char *text;
	enum json_found found = json_text(value, path, &text);

	if (found != JSON_FOUND)
		return found;
	return when_parse(text, strlen(text), moment) == 0 ? JSON_FOUND : JSON_WRONG_TYPE;
}

enum json_found json_object_at(const struct json_object *value, const char *path,
			       struct json_object **object)
{
	return at_path(value, path, json_type_object, object);
}

enum json_found json_array(const struct json_object *value, const char *path,
			   struct json_object **array)
{
	return at_path(value, path, json_type_array, array);
}

bool json_next_member(const struct json_object *value, struct json_members *members,
		      const char **key, struct json_object **member)
{
	const struct lh_entry *entry = members->next;

	if (!json_object_is_type(value, json_type_object))
		return false;
	if (!members->begun)
		entry = json_object_get_object(value)->head;
	members->begun = true;
	if (entry == NULL)
		return false;
	*key = entry->k;
	*member = (struct json_object *)(uintptr_t)entry->v;
	members->next = entry->next;
	return true;
}

size_t json_length(const struct json_object *array)
{
	return json_object_array_length(array);
}

struct json_object *json_element(const struct json_object *array, size_t index)
{
	return json_object_array_get_idx(array, index);
}
