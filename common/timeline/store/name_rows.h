/* name_rows.h - the addresses of a name: rows that lead from a name to the addresses it ever had.
 *
 * They say only where to look; whether the address had the name at a moment is for its own rows.
 *
 * (1) Without cluster->by_name nothing is put.
 * (2) A row is put with each binding, membership or version of names that it follows from, without
 *     reading, so the same rows follow from the same topic.
 * (3) With a retention, a row goes with the last of what it follows from. A name that an object had
 *     before another one (which Kubernetes does not do) stays.
 */
#ifndef TENURE_NAME_ROWS_H
#define TENURE_NAME_ROWS_H

#include "common/base/ip.h"
#include "common/base/span.h"
#include "common/timeline/rules/holder_names.h"
#include "common/timeline/store/cluster.h"
#include "common/timeline/store/rows.h"
#include "common/timeline/store/store.h"

/* Each returns 0, or -1 after logging. */

/* The holder UID is called NAMES, or is forgotten. */
int name_rows_put_holder(const struct cluster *cluster, struct store *store, enum holder_kind kind,
			 const struct holder_names *names, struct span uid);
int name_rows_remove_holder(const struct cluster *cluster, struct store *store,
			    enum holder_kind kind, const struct holder_names *names,
			    struct span uid);
/* NAME in TABLE (ROW_HELD: a uid, ROW_MEMBERS_OF: a service) has IP. */
int name_rows_put_address(const struct cluster *cluster, struct store *store, enum row_table table,
			  struct span name, const struct ip *ip);
/* Puts, or removes, what follows from ROW of an address and its VALUE. */
int name_rows_put(const struct cluster *cluster, struct store *store, struct span row,
		  struct span value);
int name_rows_remove(const struct cluster *cluster, struct store *store, struct span row,
		     struct span value);

#endif
