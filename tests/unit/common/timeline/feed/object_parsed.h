/* object_parsed.h - a Kubernetes object for the tests of object.h. */
#ifndef TENURE_TESTS_OBJECT_PARSED_H
#define TENURE_TESTS_OBJECT_PARSED_H

#include "common/timeline/feed/object.h"

/* Reads TEXT, JSON, which is borrowed. The caller frees object.plain. */
struct kube_object object_parsed(const char *text);

#endif
