#include "common/base/members.h"

#include <string.h>

#include "common/base/plain.h"

#define NAME_SIZE 128 /* no wanted name is longer */

static void clear(const struct member *wanted, struct value *found)
{
	for (; wanted->name != NULL; wanted++) {
		found[wanted->slot] = (struct value){NULL, 0};
		if (wanted->inside != NULL)
			clear(wanted->inside, found);
	}
}

static const struct member *with_name(const struct member *wanted, const char *name, size_t length)
{
	for (; wanted->name != NULL; wanted++) {
		if (*wanted->name == *name && strlen(wanted->name) == length &&
		    memcmp(wanted->name, name, length) == 0)
			return wanted;
	}
	return NULL;
}

/* NAME has its quotes. */
static const struct member *named(const struct member *wanted, struct value name)
{
	char plain[NAME_SIZE];

	if (memchr(name.bytes, '\\', name.length) == NULL)
		return with_name(wanted, name.bytes + 1, name.length - 2);
	if (name.length > sizeof(plain))
		return NULL;
	return with_name(wanted, plain, plain_unescape(name, plain));
}

/* Recursion is as deep as the tables. */
static void find(struct value_cursor *cursor, const struct member *wanted, struct value *found)
{
	struct value name;

	while (value_reach(cursor, &name)) {
		const struct member *member = named(wanted, name);
		const char *start = cursor->at;

		if (member != NULL && member->inside != NULL) {
			clear(member->inside, found);
			if (*start == '{') {
				struct value_cursor inside = value_enter(cursor);

				find(&inside, member->inside, found);
				value_leave(cursor, &inside);
				found[member->slot] =
					(struct value){start, (size_t)(cursor->at - start)};
				continue;
			}
		}
		value_pass(cursor);
		if (member != NULL)
			found[member->slot] = (struct value){start, (size_t)(cursor->at - start)};
	}
}

void members_find(struct value object, const struct member *wanted, struct value *found)
{
	struct value_cursor cursor = value_walk(object);

	clear(wanted, found);
	if (cursor.object)
		find(&cursor, wanted, found);
}

bool members_next(struct value_cursor *items, const struct member *wanted, struct value *found)
{
	struct value_cursor inside;
	struct value none;

	clear(wanted, found);
	if (!value_reach(items, &none))
		return false;
	if (*items->at != '{') {
		value_pass(items);
		return true;
	}
	inside = value_enter(items);
	find(&inside, wanted, found);
	value_leave(items, &inside);
	return true;
}
