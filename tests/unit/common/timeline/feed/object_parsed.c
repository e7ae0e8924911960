#include "tests/unit/common/timeline/feed/object_parsed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct kube_object object_parsed(const char *text)
{
	struct kube_object object;
	struct value whole;

	if (!value_parse(text, strlen(text), &whole))
		fail_msg("not JSON: %s", text);
	kube_object_read(whole, &object);
	return object;
}
