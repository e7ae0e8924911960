#include "common/timeline/rules/kept_keys.h"

#include <string.h>

#include "common/base/hash.h"

int kept_keys_add(struct kept_keys *keys, const char *key)
{
	size_t at = 0, length = strlen(key);

	while (at < keys->count && strcmp(keys->list[at], key) < 0)
		at++;
	if (at < keys->count && strcmp(keys->list[at], key) == 0)
		return 0;
	if (keys->count == KEPT_KEYS_MAX || length == 0 || length > KEPT_KEY_BYTES)
		return -1;
	memmove(&keys->list[at + 1], &keys->list[at], (keys->count - at) * sizeof(keys->list[0]));
	keys->list[at] = key;
	keys->count++;
	return 0;
}

static uint64_t add(uint64_t hash, const struct kept_keys *keys)
{
	for (size_t k = 0; k < keys->count; k++)
		hash = hash_bytes(hash, keys->list[k], strlen(keys->list[k]) + 1);
	return hash_bytes(hash, "", 1);
}

uint64_t kept_keys_hash(const struct kept_keys *labels, const struct kept_keys *annotations)
{
	if (labels->count + annotations->count == 0)
		return 0;
	return add(add(HASH_START, labels), annotations);
}
