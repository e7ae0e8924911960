#include "common/timeline/store/unpublished_rows.h"

#include "common/timeline/store/numbered_rows.h"

#define ROW_LIMIT 256
#define KEY_BEGIN 5 /* bytes of the table and the cluster, before the number */

static uint64_t number_in(struct codec *codec, struct span key)
{
	*codec = codec_read((struct span){key.data + KEY_BEGIN, key.length - KEY_BEGIN});
	return codec_u64(codec);
}

bool unpublished_rows_read(struct span key, struct span value, struct unpublished_pod *row)
{
	struct codec codec = codec_read(value), number;

	row->number = number_in(&number, key);
	row->holder = codec_u64(&codec);
	row->machine = codec_u8(&codec) != 0;
	row->opened_offset = codec_u64(&codec);
	row->hidden_offset = codec_u64(&codec);
	row->node = codec_u64(&codec);
	row->released = codec_u8(&codec) != 0;
	row->from = codec_when(&codec);
	row->until = codec_when(&codec);
	row->dead = codec_when(&codec);
	row->held_known = codec_when(&codec);
	return codec_done(&number) && codec_done(&codec);
}

bool unpublished_rows_read_bounds(struct span key, struct span value, uint64_t *block,
				  struct unpublished_bounds *bounds)
{
	struct codec codec = codec_read(value), number;

	*block = number_in(&number, key);
	bounds->visible = codec_u32(&codec);
	bounds->last_hidden = codec_u64(&codec);
	bounds->first_opened = codec_u64(&codec);
	bounds->first_from = codec_when(&codec);
	bounds->last_released = codec_when(&codec);
	bounds->last_until = codec_when(&codec);
	return codec_done(&number) && codec_done(&codec);
}

int unpublished_rows_get(struct store *store, uint32_t cluster, uint64_t number,
			 struct unpublished_pod *row)
{
	struct text key, value;
	int found;

	text_init(&key, ROW_LIMIT);
	text_init(&value, ROW_LIMIT);
	row_key_numbered(&key, ROW_UNPUBLISHED, cluster, number);
	found = store_get(store, &key, &value);
	if (found == 1 && !unpublished_rows_read(text_span(&key), text_span(&value), row))
		found = store_damaged(store, "the row of an unpublished pod");
	text_free(&key);
	text_free(&value);
	return found;
}

int unpublished_rows_put(struct store *store, uint32_t cluster, const struct unpublished_pod *row)
{
	struct text value;

	text_init(&value, ROW_LIMIT);
	codec_add_u64(&value, row->holder);
	codec_add_u8(&value, row->machine);
	codec_add_u64(&value, row->opened_offset);
	codec_add_u64(&value, row->hidden_offset);
	codec_add_u64(&value, row->node);
	codec_add_u8(&value, row->released);
	codec_add_when(&value, row->from);
	codec_add_when(&value, row->until);
	codec_add_when(&value, row->dead);
	codec_add_when(&value, row->held_known);
	return numbered_rows_put(store, ROW_UNPUBLISHED, cluster, row->number, &value);
}

int unpublished_rows_put_bounds(struct store *store, uint32_t cluster, uint64_t block,
				const struct unpublished_bounds *bounds)
{
	struct text value;

	text_init(&value, ROW_LIMIT);
	codec_add_u32(&value, bounds->visible);
	codec_add_u64(&value, bounds->last_hidden);
	codec_add_u64(&value, bounds->first_opened);
	codec_add_when(&value, bounds->first_from);
	codec_add_when(&value, bounds->last_released);
	codec_add_when(&value, bounds->last_until);
	return numbered_rows_put(store, ROW_UNPUBLISHED_BLOCKS, cluster, block, &value);
}
