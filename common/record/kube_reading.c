#include "common/record/kube_reading.h"

#include <string.h>

bool kube_reading_refuse(struct kube_reading *reading, enum fault_reason reason, const char *member)
{
	fault_refuse(reading->fault, reason, member, NULL);
	return false;
}

bool kube_reading_is_absent(struct value value)
{
	return !value_present(value) || value_is_null(value);
}

bool kube_reading_text(struct kube_reading *reading, struct value value, const char *member,
		       struct span *text)
{
	*text = plain_text(reading->plain, value);
	return text->data != NULL || kube_reading_is_absent(value) ||
	       kube_reading_refuse(reading, FAULT_WRONG_TYPE, member);
}

void kube_reading_cut(struct span text, char *to, size_t size)
{
	size_t length = text.length < size ? text.length : size - 1;

	if (length > 0)
		memcpy(to, text.data, length);
	to[length] = '\0';
}

bool kube_reading_copy(struct kube_reading *reading, struct value value, const char *name, char *to,
		       size_t size)
{
	struct span text;

	if (!kube_reading_text(reading, value, name, &text))
		return false;
	if (text.length >= size)
		return kube_reading_refuse(reading, FAULT_WRONG_TYPE, name);
	kube_reading_cut(text, to, size);
	return true;
}

bool kube_reading_when(struct kube_reading *reading, struct value value, const char *name,
		       bool required, struct when *moment)
{
	struct span text;

	if (kube_reading_is_absent(value))
		return !required || kube_reading_refuse(reading, FAULT_MISSING_MEMBER, name);
	if (!kube_reading_text(reading, value, name, &text))
		return false;
	return when_parse(text.data, text.length, moment) == 0 ||
	       kube_reading_refuse(reading, FAULT_WRONG_TYPE, name);
}

uint64_t kube_reading_revision(struct span text)
{
	uint64_t number = 0;

	if (text.length == 0 || text.data[0] == '0')
		return 0;
	for (size_t i = 0; i < text.length; i++) {
		unsigned digit = (unsigned)(text.data[i] - '0');

		if (text.data[i] < '0' || text.data[i] > '9' || number > (UINT64_MAX - digit) / 10)
			return 0;
		number = number * 10 + digit;
	}
	return number;
}
