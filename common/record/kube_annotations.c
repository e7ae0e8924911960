#include "common/record/kube_annotations.h"

#include <assert.h>
#include <string.h>

bool kube_annotations_next(const char **names, char name[static KUBE_ANNOTATION_SIZE])
{
	size_t length = strcspn(*names, " ");

	assert(length < KUBE_ANNOTATION_SIZE);
	memcpy(name, *names, length);
	name[length] = '\0';
	*names += length + strspn(*names + length, " ");
	return length > 0;
}
