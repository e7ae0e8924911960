/* quoted.h - JSON in a test without backslashes: quoted("{'a':1}") is {"a":1}. */
#ifndef TENURE_QUOTED_H
#define TENURE_QUOTED_H

/* Returns TEXT with " for each ', kept until the program ends. The same TEXT is quoted once,
 * so a loop costs nothing. Ends the test after 4,096 different texts or 4 MiB. */
const char *quoted(const char *text) __attribute__((format_arg(1)));

#endif
