#include "sink/observe/reason_words.h"

#include <stddef.h>
#include <string.h>

const char *reason_words(const char *reason)
{
	static const struct {
		const char *reason, *words;
	} all[] = {
		{"local_scope", "not one machine's address"},
		{"gap", "the watch had a gap"},
		{"before_coverage", "before the watch began"},
		{"lost", "its holder was lost"},
		{"unpublished_pod", "a pod has not shown its address"},
		{"hand_over", "changing hands"},
		{"two_holders", "two holders at once"},
		{"between_holders", "no holder then"},
		{"before_first", "no holder yet"},
		{"unread", "a record could not be read"},
		{"never_seen", "no holder ever seen"},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (strcmp(reason, all[i].reason) == 0)
			return all[i].words;
	}
	return reason;
}
