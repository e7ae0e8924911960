#include "producers/kube/words.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"

void words_free(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->list[i]);
	free(words->list);
	*words = (struct words){0};
}

/* Adds WORD, which WORDS owns from then on. -1 if out of memory. */
static int add(struct words *words, char *word)
{
	if (word == NULL ||
	    array_grow(&words->list, &words->capacity, words->count + 2, sizeof(char *)) < 0) {
		free(word);
		return -1;
	}
	words->list[words->count++] = word;
	words->list[words->count] = NULL;
	return 0;
}

int words_add(struct words *words, const char *word)
{
	return add(words, strdup(word));
}

int words_set_variable(struct words *environment, const char *name, const char *value)
{
	size_t length = strlen(name), size = length + 1 + strlen(value) + 1;
	char *word = malloc(size);

	if (word == NULL)
		return -1;
	memcpy(word, name, length);
	word[length] = '=';
	memcpy(word + length + 1, value, size - length - 1);
	for (size_t i = 0; i < environment->count; i++) {
		if (strncmp(environment->list[i], word, length + 1) == 0) {
			free(environment->list[i]);
			environment->list[i] = word;
			return 0;
		}
	}
	return add(environment, word);
}
