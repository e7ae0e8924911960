#define _GNU_SOURCE /* memmem() */
#include "sink/lookup/lines/line_addresses.h"

#include <string.h>

enum { OTHER = 0, WORD = 1, DIGIT = 2, HEX = 4, DOT = 8, COLON = 16 };

/* Of each byte. */
static const unsigned char classes[256] = {
	['0'] = DIGIT | HEX, ['1'] = DIGIT | HEX, ['2'] = DIGIT | HEX, ['3'] = DIGIT | HEX,
	['4'] = DIGIT | HEX, ['5'] = DIGIT | HEX, ['6'] = DIGIT | HEX, ['7'] = DIGIT | HEX,
	['8'] = DIGIT | HEX, ['9'] = DIGIT | HEX, ['a'] = HEX,         ['b'] = HEX,
	['c'] = HEX,         ['d'] = HEX,         ['e'] = HEX,         ['f'] = HEX,
	['A'] = HEX,         ['B'] = HEX,         ['C'] = HEX,         ['D'] = HEX,
	['E'] = HEX,         ['F'] = HEX,         ['g'] = WORD,        ['h'] = WORD,
	['i'] = WORD,        ['j'] = WORD,        ['k'] = WORD,        ['l'] = WORD,
	['m'] = WORD,        ['n'] = WORD,        ['o'] = WORD,        ['p'] = WORD,
	['q'] = WORD,        ['r'] = WORD,        ['s'] = WORD,        ['t'] = WORD,
	['u'] = WORD,        ['v'] = WORD,        ['w'] = WORD,        ['x'] = WORD,
	['y'] = WORD,        ['z'] = WORD,        ['G'] = WORD,        ['H'] = WORD,
	['I'] = WORD,        ['J'] = WORD,        ['K'] = WORD,        ['L'] = WORD,
	['M'] = WORD,        ['N'] = WORD,        ['O'] = WORD,        ['P'] = WORD,
	['Q'] = WORD,        ['R'] = WORD,        ['S'] = WORD,        ['T'] = WORD,
	['U'] = WORD,        ['V'] = WORD,        ['W'] = WORD,        ['X'] = WORD,
	['Y'] = WORD,        ['Z'] = WORD,        ['_'] = WORD,        ['.'] = DOT,
	[':'] = COLON,
};

/* The class of the byte AT; OTHER at the end. */
static unsigned class_at(const char *line, size_t length, size_t at)
{
	return at < length ? classes[(unsigned char)line[at]] : OTHER;
}

static bool is_alphanumeric(unsigned class)
{
	return (class & (WORD | HEX)) != 0;
}

static size_t skip_digits(const char *line, size_t length, size_t at)
{
	while (class_at(line, length, at) & DIGIT)
		at++;
	return at;
}

/* Whether the address [START, END) is the base of a range (2). */
static bool is_range(const char *line, size_t length, size_t start, size_t end)
{
	size_t after = skip_digits(line, length, end + 1);

	if (end >= length || line[end] != '/' || after == end + 1 || after > end + 4)
		return false;
	if (start >= 2 && line[start - 1] == '/' && line[start - 2] == '/')
		return false;
	return !is_alphanumeric(class_at(line, length, after));
}

/* Whether what follows an address at END may do so (1). */
static bool ends_well(const char *line, size_t length, size_t end)
{
	unsigned class = class_at(line, length, end);
	size_t port;

	if (class != DOT)
		return !is_alphanumeric(class) && !(end < length && line[end] == '%');
	port = skip_digits(line, length, end + 1);
	if (port == end + 1)
		return !is_alphanumeric(class_at(line, length, port)) &&
		       class_at(line, length, port) != DOT;
	if (port > end + 6 || is_alphanumeric(class_at(line, length, port)))
		return false;
	return class_at(line, length, port) != DOT ||
	       !is_alphanumeric(class_at(line, length, port + 1));
}

/* Reads four numbers with dots between them at START. */
static bool read_v4(const char *line, size_t length, size_t start, struct line_address *found)
{
	uint8_t bytes[4];
	size_t at = start;

	for (size_t b = 0; b < sizeof(bytes); b++) {
		size_t end = skip_digits(line, length, at);
		unsigned number = 0;

		if (end == at || end - at > 3 || (line[at] == '0' && end - at > 1))
			return false;
		for (; at < end; at++)
			number = number * 10 + (unsigned)(line[at] - '0');
		if (number > UINT8_MAX)
			return false;
		bytes[b] = (uint8_t)number;
		if (b < 3 && class_at(line, length, at++) != DOT)
			return false;
	}
	if (!ends_well(line, length, at) || is_range(line, length, start, at))
		return false;
	*found = (struct line_address){ip_from_v4(bytes), start, at};
	return true;
}

/* Whether a word of so many colons can be an IPv6 address; a time or a MAC address cannot. */
static bool may_be_v6(const char *word, size_t length, size_t colons)
{
	return (colons >= 6 && colons <= 8) ||
	       (colons >= 2 && memmem(word, length, "::", 2) != NULL);
}

/* Reads an IPv6 address, all of the digits, dots and colons from START on but for a port and what
 * ends a sentence. */
static bool read_v6(const char *line, size_t length, size_t start, struct line_address *found)
{
	size_t end = start, port;
	struct ip ip;

	while (class_at(line, length, end) & (HEX | DOT | COLON))
		end++;
	if ((class_at(line, length, end) & WORD) || (end < length && line[end] == '%'))
		return false;
	while (end > start + 2 &&
	       (line[end - 1] == '.' || (line[end - 1] == ':' && line[end - 2] != ':')))
		end--;
	if (end - start >= IP_TEXT_SIZE + sizeof(".65535"))
		return false;
	if (ip_parse(line + start, end - start, &ip) < 0) {
		for (port = end; port > start && (class_at(line, length, port - 1) & DIGIT); port--)
			;
		if (port == end || port <= start || line[port - 1] != '.')
			return false;
		end = port - 1;
		if (ip_parse(line + start, end - start, &ip) < 0)
			return false;
	}
	if (is_range(line, length, start, end))
		return false;
	*found = (struct line_address){ip, start, end};
	return true;
}

/* Looks in the word [START, END). An IPv4 address may be its beginning or follow a colon, unless what
 * is before may belong to an IPv6 address. */
static bool find_in_word(const char *line, size_t length, size_t start, size_t end, size_t colons,
			 struct line_address *found)
{
	unsigned before = 0;

	if (start > 0 && line[start - 1] == '\\' && strchr("nrtbf", line[start]) != NULL)
		start++; /* an escape of JSON */
	if (may_be_v6(line + start, end - start, colons) && read_v6(line, length, start, found))
		return true;
	colons = 0;
	for (size_t at = start; at < end; at++) {
		if ((at == start || line[at - 1] == ':') && (colons < 2 || (before & WORD)) &&
		    read_v4(line, length, at, found))
			return true;
		before |= classes[(unsigned char)line[at]];
		colons += line[at] == ':';
	}
	return false;
}

bool line_addresses_next(const char *line, size_t length, size_t from, struct line_address *found)
{
	size_t at = from;

	while (at < length) {
		size_t start, dots = 0, colons = 0;

		while (at < length && classes[(unsigned char)line[at]] == OTHER)
			at++;
		for (start = at; at < length; at++) {
			unsigned class = classes[(unsigned char)line[at]];

			if (class == OTHER)
				break;
			dots += class == DOT;
			colons += class == COLON;
		}
		if ((dots >= 3 || colons >= 2) &&
		    find_in_word(line, length, start, at, colons, found))
			return true;
	}
	return false;
}
