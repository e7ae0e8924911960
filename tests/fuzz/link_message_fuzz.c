/* Any bytes are read as a message of rtnetlink, or refused; what was read is one interface, and a table that hears of it
 * knows it, until it is gone. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "producers/flows/links/pod_link.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
	if (!truth)
		abort();
}

static void hear(const struct link_message *told)
{
	const struct link_clock early = {{5}, {1}}, now = {{9}, {3}};
	const struct link_entry *entry;
	struct link_table table;

	check(link_table_init(&table, 2) == 0);
	link_table_list(&table);
	link_table_list_end(&table, true);
	link_table_drain(&table, early);
	link_table_notice(&table, told, now);
	entry = link_table_find(&table, told->index);
	check(told->gone ? entry == NULL : entry != NULL && entry->since.ns == 5);
	if (entry != NULL && told->kind != LINK_KIND_PAIR)
		check(pod_link_macs(&table, entry).own == 0);
	link_table_clear(&table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *message = malloc(size > 0 ? size : 1); /* aligned, and with nothing behind it */
	struct link_message told;

	check(message != NULL);
	if (size > 0)
		memcpy(message, data, size);
	if (link_message_read(message, size, &told)) {
		check(told.index != 0 && told.name[0] != '\0' &&
		      memchr(told.name, '\0', sizeof(told.name)) != NULL);
		hear(&told);
	}
	free(message);
	return 0;
}
