/* csv.h - the edges as comma-separated values (RFC 4180, but lines end with LF), with a header.
 *
 *     source,target,directed,flows,...
 *     service/prod/shop/frontend,service/prod/shop/cart,true,2,...
 *
 * The ends are the ids of node.h, the numbers those of flat_edge.h; what was not measured is an
 * empty field. Further edges (snapshot.h) are a last line without ends.
 */
#ifndef TENURE_CSV_H
#define TENURE_CSV_H

#include "common/base/text.h"
#include "sink/graph/snapshot.h"

void csv_format(const struct snapshot *snapshot, struct text *out);
/* Adds a comma and the name of each number, after PREFIX, and of the protocols. */
void csv_add_names(const char *prefix, struct text *out);
/* Adds as many fields, each after a comma: those of EDGE or, if it is NULL, empty ones. */
void csv_add_measures(const struct graph_edge *edge, struct text *out);
/* Adds FIELD, in quotes where it needs them. Bytes that are not visible ASCII become '?'. */
void csv_add_field(const char *field, struct text *out);

#endif
