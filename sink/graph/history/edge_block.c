#include "sink/graph/history/edge_block.h"

struct edge_block edge_block_read(struct span block)
{
	return (struct edge_block){.reader = varint_read(block), .number = -1};
}

bool edge_block_next(struct edge_block *block, int64_t *number, struct span *row)
{
	struct varint_reader *reader = &block->reader;
	uint64_t more, length;

	if (reader->failed || reader->at == reader->end)
		return false;
	more = varint_next(reader);
	length = varint_next(reader);
	*row = varint_next_bytes(reader, length);
	if (more == 0 || more > INT32_MAX || block->number > INT32_MAX)
		reader->failed = true;
	if (reader->failed)
		return false;
	*number = block->number += (int64_t)more;
	return true;
}

bool edge_block_broken(const struct edge_block *block)
{
	return block->reader.failed;
}

void edge_block_add(struct text *out, int64_t *last, int64_t number, struct span row)
{
	varint_add(out, (uint64_t)(number - *last));
	varint_add(out, row.length);
	text_add(out, row.data, row.length);
	*last = number;
}
