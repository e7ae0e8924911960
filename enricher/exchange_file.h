/* exchange_file.h - the exchange in files: see exchange.h.
 *
 * (1) At most one of the two outputs has bytes that were not yet handed to the kernel. So the
 *     files always hold the outcomes of the first N flows, and the largest flow offset in them is
 *     that of the last flow done.
 */
#ifndef TENURE_EXCHANGE_FILE_H
#define TENURE_EXCHANGE_FILE_H

#include "enricher/exchange.h"

struct exchange_file;

/* Like the exchange_*() functions of the same names. */
struct exchange_file *exchange_file_open(const struct exchange_settings *settings, int *exit_code);
void exchange_file_close(struct exchange_file *exchange);
enum exchange_outcome exchange_file_commit(struct exchange_file *exchange);
enum exchange_head exchange_file_head(struct exchange_file *exchange, struct bus_record *flow);
enum exchange_outcome exchange_file_put(struct exchange_file *exchange, enum exchange_topic topic,
					const char *bytes, size_t length);
void exchange_file_skip(struct exchange_file *exchange);
int exchange_file_wait(struct exchange_file *exchange, int timeout_ms);

void exchange_file_progress(const struct exchange_file *exchange, uint64_t *done, uint64_t *total);
struct exchange_before exchange_file_before(const struct exchange_file *exchange);
const char *exchange_file_flows(const struct exchange_file *exchange);
int exchange_file_exit_code(const struct exchange_file *exchange);

#endif
