#include "sink/graph/history/history_rows.h"

#include <string.h>

#define KIND_FORMAT 'F'
#define KIND_PROGRESS 'P'
#define KIND_BLOCK 'B'
#define KIND_END 'E'
#define KIND_EDGE 'G'
#define KIND_COVERED 'C'
#define KIND_TENURE 'T'
#define KIND_SAMPLE 'S'
#define SIGN UINT64_C(0x8000000000000000) /* negative numbers sort before others */

static const int32_t minutes[HISTORY_WIDTHS] = {1, 10, 60, 360, HISTORY_DAY_MINUTES, 0};

int32_t history_width_minutes(enum history_width width)
{
	return minutes[width];
}

static int32_t floor_to(int32_t number, int32_t unit)
{
	int32_t over = number % unit;

	return number - (over < 0 ? over + unit : over);
}

int32_t history_window_of(enum history_width width, int32_t minute)
{
	return width == HISTORY_EVER ? 0 : floor_to(minute, minutes[width]);
}

enum history_width history_widest(int32_t minute, int32_t to, int32_t limit)
{
	enum history_width width = HISTORY_DAY;

	while (width > HISTORY_MINUTE && (minutes[width] > limit || minutes[width] > to - minute ||
					  floor_to(minute, minutes[width]) != minute))
		width--;
	return width;
}

int32_t history_minute_of(struct when moment)
{
	int64_t minute = moment.ns / HISTORY_MINUTE_NS;

	return (int32_t)(moment.ns % HISTORY_MINUTE_NS < 0 ? minute - 1 : minute);
}

int32_t history_day_of(int32_t minute)
{
	return floor_to(minute, HISTORY_DAY_MINUTES) / HISTORY_DAY_MINUTES;
}

struct when history_minute_start(int32_t minute)
{
	struct when start;

	if (__builtin_mul_overflow(minute, HISTORY_MINUTE_NS, &start.ns))
		return minute < 0 ? WHEN_MIN : WHEN_MAX;
	return start;
}

struct span history_key_span(const struct history_key *key)
{
	return (struct span){key->bytes, key->length};
}

static struct history_key begin(char kind)
{
	return (struct history_key){.bytes = {kind}, .length = 1};
}

/* Appends the lowest BYTES of NUMBER, the highest first. */
static void add(struct history_key *key, uint64_t number, size_t bytes)
{
	while (bytes > 0)
		key->bytes[key->length++] = (char)(number >> (8 * --bytes));
}

static void add_signed(struct history_key *key, int32_t number)
{
	add(key, (uint32_t)number ^ (SIGN >> 32), 4);
}

static uint64_t take(struct span key, size_t from, size_t bytes)
{
	uint64_t number = 0;

	if (key.length < from + bytes)
		return 0;
	for (size_t i = 0; i < bytes; i++)
		number = number << 8 | (uint8_t)key.data[from + i];
	return number;
}

struct history_key history_key_format(void)
{
	return begin(KIND_FORMAT);
}

struct history_key history_key_progress(void)
{
	return begin(KIND_PROGRESS);
}

struct history_key history_key_window(enum history_width width, int32_t window)
{
	struct history_key key = begin(KIND_BLOCK);

	add(&key, width, 1);
	add_signed(&key, window);
	return key;
}

struct history_key history_key_block(enum history_width width, int32_t window, unsigned block)
{
	struct history_key key = history_key_window(width, window);

	add(&key, block, 2);
	return key;
}

static struct history_key of_day(char kind, int32_t day)
{
	struct history_key key = begin(kind);

	add_signed(&key, day);
	return key;
}

struct history_key history_key_ends(int32_t day)
{
	return of_day(KIND_END, day);
}

struct history_key history_key_edges(int32_t day)
{
	return of_day(KIND_EDGE, day);
}

struct history_key history_key_end(int32_t day, uint32_t number)
{
	struct history_key key = history_key_ends(day);

	add(&key, number, 4);
	return key;
}

struct history_key history_key_edge(int32_t day, uint32_t number)
{
	struct history_key key = history_key_edges(day);

	add(&key, number, 4);
	return key;
}

struct history_key history_key_covered(int32_t day)
{
	return of_day(KIND_COVERED, day);
}

struct history_key history_key_all_covered(void)
{
	return begin(KIND_COVERED);
}

struct history_key history_key_all_tenures(void)
{
	return begin(KIND_TENURE);
}

struct history_key history_key_tenures(const struct ip *ip)
{
	struct history_key key = begin(KIND_TENURE);

	memcpy(key.bytes + key.length, ip->bytes, sizeof(ip->bytes));
	key.length += sizeof(ip->bytes);
	return key;
}

struct history_key history_key_tenure(const struct ip *ip, struct when from, uint64_t holder)
{
	struct history_key key = history_key_tenures(ip);

	add(&key, (uint64_t)from.ns ^ SIGN, 8);
	add(&key, holder, 8);
	return key;
}

struct history_key history_key_samples(int32_t minute)
{
	return of_day(KIND_SAMPLE, minute);
}

struct history_key history_key_sample(int32_t minute, unsigned slot)
{
	struct history_key key = history_key_samples(minute);

	add(&key, slot, 2);
	return key;
}

uint32_t history_key_number_of(struct span key)
{
	return (uint32_t)take(key, 5, 4);
}

int32_t history_key_day_of(struct span key)
{
	return (int32_t)(take(key, 1, 4) ^ (SIGN >> 32));
}

int history_key_tenure_of(struct span key, struct ip *ip, struct when *from)
{
	if (key.length != 1 + sizeof(ip->bytes) + 16 || key.data[0] != KIND_TENURE)
		return -1;
	memcpy(ip->bytes, key.data + 1, sizeof(ip->bytes));
	from->ns = (int64_t)(take(key, 1 + sizeof(ip->bytes), 8) ^ SIGN);
	return 0;
}
