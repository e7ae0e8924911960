/* kept_keys.h - which labels and annotations of pods answers show (docs/answers.md section 8). Pure. */
#ifndef TENURE_KEPT_KEYS_H
#define TENURE_KEPT_KEYS_H

#include <stddef.h>
#include <stdint.h>

#define KEPT_KEYS_MAX 16
#define KEPT_KEY_BYTES 317    /* a DNS subdomain, a slash and a name of 63 */
#define KEPT_VALUE_BYTES 1024 /* of a value as JSON, with its quotes; a longer one is not kept */

struct kept_keys {
	const char *list[KEPT_KEYS_MAX]; /* in bytewise order, each once; borrowed */
	size_t count;
};

/* Adds KEY unless it is there. -1 if it is empty or too long, or there are too many. */
int kept_keys_add(struct kept_keys *keys, const char *key);
/* A hash of both; 0 if there are none. */
uint64_t kept_keys_hash(const struct kept_keys *labels, const struct kept_keys *annotations);

#endif
