/* interface_rows.h - the value of a row of an interface and an address that it carried (rows.h). */
#ifndef TENURE_INTERFACE_ROWS_H
#define TENURE_INTERFACE_ROWS_H

#include <stdbool.h>

#include "common/base/text.h"
#include "common/timeline/rules/interface_span.h"

void row_add_interface(struct text *value, const struct interface_span *row);
/* False if VALUE is no such value. */
bool row_interface(struct span value, struct interface_span *row);

#endif
