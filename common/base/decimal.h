/* decimal.h - numbers as decimal digits, fast. Pure. */
#ifndef TENURE_DECIMAL_H
#define TENURE_DECIMAL_H

#include <stdint.h>

#define DECIMAL_MAX 20 /* digits of a number */

/* Writes NUMBER at AT, without a NUL, and returns the place after it. */
char *decimal_put(char *at, uint64_t number);
/* The same with COUNT digits, 0 to 10, the first of which may be zeros. */
char *decimal_put_fixed(char *at, uint64_t number, unsigned count);

#endif
