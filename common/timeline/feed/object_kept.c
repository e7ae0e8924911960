#include "common/timeline/feed/object.h"

void object_kept(struct kube_object *object, struct value all, const struct kept_keys *keys,
		 struct text *json, uint64_t *refused)
{
	text_clear(json);
	for (size_t k = 0; k < keys->count; k++) {
		const struct member wanted[] = {{keys->list[k], 0, NULL}, {NULL, 0, NULL}};
		struct value found;
		struct span value;
		size_t begin = json->length, value_at;

		members_find(all, wanted, &found);
		value = plain_text(&object->plain, found);
		if (value.data == NULL)
			continue;
		text_add(json, begin == 0 ? "{" : ",", 1);
		text_add_json_string(json, keys->list[k]);
		text_add(json, ":", 1);
		value_at = json->length;
		text_add_json(json, value.data, value.length);
		if (json->length - value_at > KEPT_VALUE_BYTES) {
			json->length = begin;
			++*refused;
		}
	}
	if (json->length > 0)
		text_add(json, "}", 1);
}
