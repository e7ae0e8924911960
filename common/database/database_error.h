/* database_error.h - what an error of RocksDB says about the database. Pure. */
#ifndef TENURE_DATABASE_ERROR_H
#define TENURE_DATABASE_ERROR_H

#include <stdbool.h>

/* Whether ERROR is damage. A lock, a full disk or a missing permission is not. Where it is in
 * doubt, the error is damage: the database can be rebuilt. */
bool database_error_is_damage(const char *error);
/* Whether ERROR is that the database is open already, in this process or another. */
bool database_error_is_lock(const char *error);

#endif
