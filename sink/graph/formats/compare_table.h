/* compare_table.h - what changed between two windows, for people: the windows, how many edges changed in
 * which way, and a line for each edge that changed or may have. The last lines say by which rule. */
#ifndef TENURE_COMPARE_TABLE_H
#define TENURE_COMPARE_TABLE_H

#include "common/base/text.h"
#include "sink/graph/compare.h"

void compare_table_format(const struct comparison *comparison, struct text *out);

#endif
