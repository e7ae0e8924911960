/* compare_csv.h - what changed between two windows, as comma-separated values (csv.h).
 *
 *     change,source,target,directed,before_flows,...,after_flows,...
 *
 * "change" is as compare.h defines it; the numbers are those of flat_edge.h, empty where there was no
 * flow.
 */
#ifndef TENURE_COMPARE_CSV_H
#define TENURE_COMPARE_CSV_H

#include "common/base/text.h"
#include "sink/graph/compare.h"

void compare_csv_format(const struct comparison *comparison, struct text *out);

#endif
