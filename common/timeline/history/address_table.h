/* address_table.h - entries by address, of which those that were not used recently are dropped.
 *
 * An entry is a struct of its owner that begins with a struct address_slot. An address can have
 * several. Beyond a number of entries or of bytes, a hand drops one that was not used since its last
 * round (the clock algorithm): a list in order of use would cost an answer two more cache lines.
 */
#ifndef TENURE_ADDRESS_TABLE_H
#define TENURE_ADDRESS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/ip.h"

struct address_slot {
	struct ip ip;
	uint32_t next; /* the table's */
	bool held;     /* the table's: it is not empty */
	bool used;     /* set by the owner at each use */
};

struct address_table {
	char *entries;
	size_t size;           /* of an entry */
	uint32_t *buckets;     /* index + 1 of the first entry, so that 0 is an empty one */
	uint32_t limit, count; /* entries at most, and those that were ever used */
	uint32_t empty;        /* chain of those that are empty again */
	uint32_t hand;
	uint64_t bytes, bytes_limit;
	/* Frees what ENTRY owns. Returns the bytes that it was added with. */
	size_t (*release)(void *entry);
};

/* A table of up to LIMIT entries of SIZE bytes, and of BYTES_LIMIT that they own. -1 if out of
 * memory; it may be freed then too. */
int address_table_init(struct address_table *table, size_t size, uint32_t limit,
		       uint64_t bytes_limit, size_t (*release)(void *entry));
void address_table_free(struct address_table *table);

/* The newest entry of IP, and the next older one; NULL for none. */
void *address_table_first(struct address_table *table, const struct ip *ip);
void *address_table_next(struct address_table *table, const void *entry);
/* Adds an entry of IP that owns BYTES, zero after its slot, and drops what is beyond the limits. */
void *address_table_add(struct address_table *table, const struct ip *ip, size_t bytes);
void address_table_drop(struct address_table *table, void *entry);
void address_table_clear(struct address_table *table);

#endif
