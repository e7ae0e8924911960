#include "producers/flows/l7/hpack.h"

#include <string.h>

enum { FIELD, INTEGER, TEXT_START, TEXT_INTEGER, TEXT };
enum { INDEXED, INCREMENTAL, PLAIN, RESIZE };      /* forms: RFC 7541 6 */
enum { OTHER, STATUS, GRPC_STATUS, CONTENT_TYPE }; /* names */

#define STATIC_ENTRIES 61
#define OVERHEAD 32
#define LONG_NAME 255
#define GRPC_OTHER 17
#define IS_GRPC 1
#define NUMBER_MAX (1u << 24)

/* RFC 7541 appendix A: the lengths of the names. */
static const uint8_t static_lengths[STATIC_ENTRIES] = {
	10, 7,  7,  5,  5,  7,  7,  7,  7,  7,  7,  7, 7,  7,  14, 15, 15, 13, 6,  27, 3,
	5,  13, 13, 19, 16, 16, 14, 16, 13, 12, 6,  4, 4,  6,  7,  4,  4,  8,  17, 13, 8,
	19, 13, 4,  8,  12, 18, 19, 5,  7,  7,  11, 6, 10, 25, 17, 10, 4,  3,  16,
};
static const uint16_t static_statuses[] = {200, 204, 206, 304, 400, 404, 500}; /* from 8 on */
#define FIRST_STATUS 8
#define STATUSES (sizeof(static_statuses) / sizeof(static_statuses[0]))
#define STATIC_CONTENT_TYPE 31

void hpack_begin(struct hpack *hpack)
{
	memset(hpack, 0, sizeof(*hpack));
	hpack->limit = HPACK_TABLE;
}

bool hpack_is_between(const struct hpack *hpack)
{
	return hpack->state == FIELD;
}

/* ---- The table ---- */

static void evict(struct hpack *hpack, uint32_t limit)
{
	while (hpack->size > limit) {
		unsigned oldest =
			(hpack->head + HPACK_ENTRIES - (unsigned)hpack->count) % HPACK_ENTRIES;

		hpack->size -= hpack->entries[oldest].size;
		hpack->count--;
	}
}

static void insert(struct hpack *hpack, struct hpack_entry entry, uint32_t size)
{
	evict(hpack, size > hpack->limit ? 0 : hpack->limit - size);
	if (size > hpack->limit)
		return; /* RFC 7541 4.4 */
	entry.size = (uint16_t)size;
	hpack->entries[hpack->head] = entry;
	hpack->head = (uint8_t)((hpack->head + 1) % HPACK_ENTRIES);
	hpack->count++;
	hpack->size += size;
}

/* The entry of INDEX, without its size. Returns -1 if there is none. */
static int look_up(const struct hpack *hpack, uint32_t index, struct hpack_entry *entry)
{
	*entry = (struct hpack_entry){0};
	if (index == 0)
		return -1;
	if (index > STATIC_ENTRIES) {
		index -= STATIC_ENTRIES;
		if (index > hpack->count)
			return -1;
		*entry = hpack->entries[(hpack->head + HPACK_ENTRIES - index) % HPACK_ENTRIES];
		return 0;
	}
	entry->name_length = static_lengths[index - 1];
	if (index >= FIRST_STATUS && index < FIRST_STATUS + STATUSES) {
		entry->name = STATUS;
		entry->value = static_statuses[index - FIRST_STATUS] / 100 & 7;
	} else if (index == STATIC_CONTENT_TYPE) {
		entry->name = CONTENT_TYPE;
	}
	return 0;
}

/* ---- Fields ---- */

static void tell(const struct hpack_entry *entry, struct hpack_fields *fields)
{
	switch (entry->name) {
	case STATUS:
		fields->status = entry->value;
		break;
	case GRPC_STATUS:
		fields->grpc_code = entry->value;
		break;
	case CONTENT_TYPE:
		fields->grpc = entry->value == IS_GRPC;
		break;
	default:
		break;
	}
}

static bool is_text(const struct hpack *hpack, const char *text)
{
	size_t length = strlen(text);

	return hpack->text_length == length && memcmp(hpack->text, text, length) == 0;
}

static unsigned read_name(const struct hpack *hpack)
{
	if (is_text(hpack, ":status"))
		return STATUS;
	if (is_text(hpack, "grpc-status"))
		return GRPC_STATUS;
	return is_text(hpack, "content-type") ? CONTENT_TYPE : OTHER;
}

/* What a value means under the name NAME: the status' class, 1 + the code of gRPC, or IS_GRPC. */
static unsigned read_value(const struct hpack *hpack, unsigned name)
{
	const char *text = hpack->text;
	unsigned code = 0;

	switch (name) {
	case STATUS:
		return hpack->text_length == 3 && text[0] >= '1' && text[0] <= '5'
			       ? (unsigned)(text[0] - '0')
			       : 0;
	case GRPC_STATUS:
		if (hpack->text_length == 0 || hpack->text_length > 2)
			return 1 + GRPC_OTHER;
		for (uint32_t i = 0; i < hpack->text_length; i++) {
			if (text[i] < '0' || text[i] > '9')
				return 1 + GRPC_OTHER;
			code = code * 10 + (unsigned)(text[i] - '0');
		}
		return 1 + (code < GRPC_OTHER ? code : GRPC_OTHER);
	case CONTENT_TYPE:
		return hpack->text_length >= 16 && memcmp(text, "application/grpc", 16) == 0
			       ? IS_GRPC
			       : 0;
	default:
		return 0;
	}
}

static int end_text(struct hpack *hpack, struct hpack_fields *fields)
{
	struct hpack_entry *field = &hpack->field;

	/* RFC 7541 5.2: the padding is less than a byte, all ones. */
	if (hpack->coded && (hpack->padding != hpack->huffman.bits || hpack->padding > 7))
		return -1;
	if (hpack->in_name) {
		field->name = read_name(hpack) & 3;
		hpack->name_length = hpack->text_length;
		hpack->in_name = false;
		hpack->state = TEXT_START;
		return 0;
	}
	field->value = read_value(hpack, field->name) & 63;
	field->name_length =
		(uint8_t)(hpack->name_length < LONG_NAME ? hpack->name_length : LONG_NAME);
	tell(field, fields);
	if (hpack->form == INCREMENTAL)
		insert(hpack, *field, hpack->name_length + hpack->text_length + OVERHEAD);
	hpack->state = FIELD;
	return 0;
}

/* The integer that begins a field is complete. */
static int end_integer(struct hpack *hpack, struct hpack_fields *fields)
{
	uint32_t number = hpack->number;

	switch (hpack->form) {
	case RESIZE:
		if (number > HPACK_TABLE)
			return -1;
		hpack->limit = number;
		evict(hpack, number);
		hpack->state = FIELD;
		return 0;
	case INDEXED:
		if (look_up(hpack, number, &hpack->field) < 0)
			return -1;
		tell(&hpack->field, fields);
		hpack->state = FIELD;
		return 0;
	default:
		hpack->in_name = number == 0;
		hpack->state = TEXT_START;
		if (number == 0) {
			hpack->field = (struct hpack_entry){0};
			return 0;
		}
		if (look_up(hpack, number, &hpack->field) < 0 ||
		    hpack->field.name_length == LONG_NAME)
			return -1;
		hpack->name_length = hpack->field.name_length;
		return 0;
	}
}

/* ---- Bytes ---- */

/* Begins an integer in the low BITS of BYTE (RFC 7541 5.1). True if it is complete. */
static bool begin_integer(struct hpack *hpack, uint8_t byte, unsigned bits)
{
	uint32_t most = (1u << bits) - 1;

	hpack->number = byte & most;
	hpack->shift = 0;
	return hpack->number < most;
}

/* 1 if the integer is complete, 0 if not, -1 if it is too large. */
static int add_integer(struct hpack *hpack, uint8_t byte)
{
	if (hpack->shift > 21)
		return -1;
	hpack->number += (uint32_t)(byte & 127) << hpack->shift;
	hpack->shift = (uint8_t)(hpack->shift + 7);
	if (hpack->number > NUMBER_MAX)
		return -1;
	return !(byte & 128);
}

static int begin_field(struct hpack *hpack, uint8_t byte, struct hpack_fields *fields)
{
	unsigned bits = 4;

	hpack->form = PLAIN;
	if (byte & 0x80) {
		hpack->form = INDEXED;
		bits = 7;
	} else if (byte & 0x40) {
		hpack->form = INCREMENTAL;
		bits = 6;
	} else if (byte & 0x20) {
		hpack->form = RESIZE;
		bits = 5;
	}
	hpack->state = INTEGER;
	return begin_integer(hpack, byte, bits) ? end_integer(hpack, fields) : 0;
}

static int begin_text(struct hpack *hpack, struct hpack_fields *fields)
{
	hpack->left = hpack->number;
	hpack->text_length = 0;
	hpack->huffman = (struct huffman){0};
	hpack->padding = 0;
	hpack->state = TEXT;
	return hpack->left == 0 ? end_text(hpack, fields) : 0;
}

static void add_symbol(struct hpack *hpack, uint8_t symbol)
{
	if (hpack->text_length < HPACK_TEXT)
		hpack->text[hpack->text_length] = (char)symbol;
	hpack->text_length++;
}

static int add_text(struct hpack *hpack, uint8_t byte, struct hpack_fields *fields)
{
	if (!hpack->coded)
		add_symbol(hpack, byte);
	for (unsigned bit = 8; hpack->coded && bit-- > 0;) {
		int symbol = huffman_add(&hpack->huffman, byte >> bit & 1);

		hpack->padding = byte >> bit & 1 ? hpack->padding + 1 : 0;
		if (symbol == HUFFMAN_BAD || symbol == HUFFMAN_EOS)
			return -1;
		if (symbol == HUFFMAN_MORE)
			continue;
		add_symbol(hpack, (uint8_t)symbol);
		hpack->padding = 0;
	}
	return --hpack->left == 0 ? end_text(hpack, fields) : 0;
}

static int add_byte(struct hpack *hpack, uint8_t byte, struct hpack_fields *fields)
{
	int rc;

	switch (hpack->state) {
	case FIELD:
		return begin_field(hpack, byte, fields);
	case INTEGER:
		rc = add_integer(hpack, byte);
		return rc > 0 ? end_integer(hpack, fields) : rc;
	case TEXT_START:
		hpack->coded = byte & 128;
		hpack->state = TEXT_INTEGER;
		return begin_integer(hpack, byte, 7) ? begin_text(hpack, fields) : 0;
	case TEXT_INTEGER:
		rc = add_integer(hpack, byte);
		return rc > 0 ? begin_text(hpack, fields) : rc;
	default:
		return add_text(hpack, byte, fields);
	}
}

int hpack_read(struct hpack *hpack, const uint8_t *bytes, size_t length,
	       struct hpack_fields *fields)
{
	for (size_t i = 0; i < length; i++) {
		if (add_byte(hpack, bytes[i], fields) < 0)
			return -1;
	}
	return 0;
}
