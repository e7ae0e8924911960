#include "producers/kube/api_reply.h"

#include <string.h>

uint64_t api_reply_revision(struct value object)
{
	return value_integer(value_at(object, "metadata.resourceVersion"));
}

bool api_reply_read_page(const char *bytes, size_t length, struct api_reply_page *page)
{
	struct value list, items;

	if (!value_parse(bytes, length, &list))
		return false;
	items = value_member(list, "items");
	page->revision = api_reply_revision(list);
	page->token = value_at(list, "metadata.continue");
	page->items = value_walk(items);
	/* An empty list of some servers is null. */
	return page->revision > 0 && value_present(items) && !value_is_object(items);
}

bool api_reply_read_change(const char *bytes, size_t length, struct api_reply_change *change)
{
	static const char *const kinds[] = {"ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"};
	size_t count = sizeof(kinds) / sizeof(kinds[0]);
	struct value line, type;
	size_t kind = 0;

	if (!value_parse(bytes, length, &line))
		return false;
	type = value_member(line, "type");
	while (kind < count && !value_is_text(type, kinds[kind]))
		kind++;
	if (kind == count)
		return false;
	change->kind = (enum api_reply_kind)kind;
	change->object = value_member(line, "object");
	change->revision = api_reply_revision(change->object);
	return value_is_object(change->object) &&
	       (change->revision > 0 || change->kind == API_REPLY_ERROR);
}

static bool names_future_revision(struct value status, const char *message)
{
	struct value_cursor causes = value_walk(value_at(status, "details.causes"));
	struct value name, cause;

	while (value_next(&causes, &name, &cause))
		if (value_is_text(value_member(cause, "reason"), "ResourceVersionTooLarge"))
			return true;
	return strstr(message, "Too large resource version") != NULL;
}

void api_reply_read_status(const char *bytes, size_t length, struct api_reply_status *status)
{
	struct value value;

	*status = (struct api_reply_status){0};
	if (length > 0 && value_parse(bytes, length, &value)) {
		status->code = (int64_t)value_integer(value_member(value, "code"));
		status->retry_after_s =
			(int64_t)value_integer(value_at(value, "details.retryAfterSeconds"));
		value_copy_text(value_member(value, "message"), status->message,
				sizeof(status->message));
		status->future_revision = names_future_revision(value, status->message);
		return;
	}
	if (length >= sizeof(status->message))
		length = sizeof(status->message) - 1;
	if (length > 0)
		memcpy(status->message, bytes, length);
	/* One line of a log. */
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)status->message[i] < ' ')
			status->message[i] = ' ';
}
