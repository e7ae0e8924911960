#include "common/base/decimal.h"

#include <string.h>

/* Two digits at a time: half as many divisions. */
static const char pairs[] = "00010203040506070809"
			    "10111213141516171819"
			    "20212223242526272829"
			    "30313233343536373839"
			    "40414243444546474849"
			    "50515253545556575859"
			    "60616263646566676869"
			    "70717273747576777879"
			    "80818283848586878889"
			    "90919293949596979899";

/* Writes the digits before END, and returns the first. */
static char *put_before(char *end, uint64_t number)
{
	while (number >= 100) {
		memcpy(end -= 2, pairs + number % 100 * 2, 2);
		number /= 100;
	}
	if (number >= 10)
		return memcpy(end - 2, pairs + number * 2, 2);
	*--end = (char)('0' + number);
	return end;
}

char *decimal_put(char *at, uint64_t number)
{
	char digits[DECIMAL_MAX];
	char *first;
	size_t length;

	if (number < 10) {
		*at = (char)('0' + number);
		return at + 1;
	}
	first = put_before(digits + DECIMAL_MAX, number);
	length = (size_t)(digits + DECIMAL_MAX - first);
	return (char *)memcpy(at, first, length) + length;
}

char *decimal_put_fixed(char *at, uint64_t number, unsigned count)
{
	char *end = at + count;

	for (; count >= 2; count -= 2) {
		memcpy(at + count - 2, pairs + number % 100 * 2, 2);
		number /= 100;
	}
	if (count == 1)
		*at = (char)('0' + number % 10);
	return end;
}
