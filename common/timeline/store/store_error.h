/* store_error.h - what an error of RocksDB says about the store. Pure. */
#ifndef TENURE_STORE_ERROR_H
#define TENURE_STORE_ERROR_H

#include <stdbool.h>

/* Whether ERROR is damage. A lock, a full disk or a missing permission is not. Where it is in
 * doubt, the error is damage: the store can be rebuilt. */
bool store_error_is_damage(const char *error);

#endif
