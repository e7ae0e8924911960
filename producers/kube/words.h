/* words.h - a list of strings that ends with NULL, as programs get their arguments and environment.
 * Pure. */
#ifndef TENURE_KUBE_WORDS_H
#define TENURE_KUBE_WORDS_H

#include <stddef.h>

struct words {
	char **list; /* NULL while COUNT is 0 */
	size_t count;
	size_t capacity;
};

void words_free(struct words *words);
/* Adds a copy of WORD. -1 if out of memory. */
int words_add(struct words *words, const char *word);
/* Sets NAME=VALUE in an environment, in place of an earlier one. -1 if out of memory. */
int words_set_variable(struct words *environment, const char *name, const char *value);

#endif
