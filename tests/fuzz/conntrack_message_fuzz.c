/* Any bytes are read as a message of conntrack, or refused; what was read has ports and can be put into the
 * table, found there and ended. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "producers/flows/nat/conntrack_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
	if (!truth)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t seed[FLOW_KEY_SEED_WORDS] = {1, 2, 3, 4, 5, 6, 7};
	void *message = malloc(size > 0 ? size : 1); /* aligned, and with nothing behind it */
	struct translations_connection told;
	struct translations *table;

	check(message != NULL);
	if (size > 0)
		memcpy(message, data, size);
	if (conntrack_message_read(message, size, &told)) {
		check(flow_has_ports(told.protocol));
		table = translations_new(2, NS_PER_SECOND, NS_PER_SECOND, seed,
					 (struct when){NS_PER_SECOND});
		check(table != NULL);
		translations_begin(table, &told, (struct when){2 * NS_PER_SECOND});
		translations_listed(table, &told, (struct when){3 * NS_PER_SECOND});
		translations_end(table, &told, (struct when){4 * NS_PER_SECOND});
		translations_drained(table, (struct when){9 * NS_PER_SECOND});
		translations_free(table);
	}
	free(message);
	return 0;
}
