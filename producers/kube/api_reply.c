#include "producers/kube/api_reply.h"

#include <string.h>

#include "common/base/plain.h"

static uint64_t revision_of(struct value object)
{
	return value_integer(value_at(object, "metadata.resourceVersion"));
}

bool api_reply_read_page(const char *bytes, size_t length, struct api_reply_page *page)
{
	struct value list, items;

	if (!value_parse(bytes, length, &list))
		return false;
	items = value_at(list, "items");
	page->revision = revision_of(list);
	page->token = value_at(list, "metadata.continue");
	page->items = value_walk(items);
	/* Go writes null for a nil slice, and client-go reads it as an empty list
	 * (apimachinery:pkg/runtime/serializer/json/collections.go, encodeItemsObjectSlice). */
	return page->revision > 0 && (value_is_array(items) || value_is_null(items));
}

bool api_reply_read_change(const char *bytes, size_t length, struct api_reply_change *change)
{
	int type = KUBE_ADDED;
	struct value line, name;

	if (!value_parse(bytes, length, &line))
		return false;
	name = value_at(line, "type");
	while (!value_is_text(name, kube_event_type_name((enum kube_event_type)type)))
		if (type++ == KUBE_ERROR)
			return false;
	change->type = (enum kube_event_type)type;
	change->object = value_at(line, "object");
	change->revision = revision_of(change->object);
	return value_is_object(change->object) && (change->revision > 0 || type == KUBE_ERROR);
}

const char *api_reply_loss(int64_t code, const struct api_reply_status *status)
{
	if (code == 410)
		return "expired";
	return status->future_revision ? "revision_ahead" : NULL;
}

static bool names_future_revision(struct value status, const char *message)
{
	struct value_cursor causes = value_walk(value_at(status, "details.causes"));
	struct value name, cause;

	while (value_next(&causes, &name, &cause))
		if (value_is_text(value_at(cause, "reason"), "ResourceVersionTooLarge"))
			return true;
	return strstr(message, "Too large resource version") != NULL;
}

/* Copies TEXT, whole characters of it, for one line of the log. */
static void set_message(struct api_reply_status *status, struct span text)
{
	size_t length = text.length;

	if (length >= sizeof(status->message)) {
		length = sizeof(status->message) - 1;
		while (length > 0 && ((unsigned char)text.data[length] & 0xc0) == 0x80)
			length--;
	}
	for (size_t i = 0; i < length; i++)
		status->message[i] = (unsigned char)text.data[i] < ' ' ? ' ' : text.data[i];
	status->message[length] = '\0';
}

void api_reply_read_status(const char *bytes, size_t length, struct api_reply_status *status)
{
	struct plain plain = {0};
	struct value value;

	*status = (struct api_reply_status){0};
	if (length == 0 || !value_parse(bytes, length, &value)) {
		set_message(status, (struct span){bytes, length});
		return;
	}
	status->code = (int64_t)value_integer(value_at(value, "code"));
	status->retry_after_s =
		(int64_t)value_integer(value_at(value, "details.retryAfterSeconds"));
	set_message(status, plain_text(&plain, value_at(value, "message")));
	status->future_revision = names_future_revision(value, status->message);
	plain_free(&plain);
}
