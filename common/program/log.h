/* log.h - log lines on standard error.
 *
 * On a terminal "tenure-kube: message", elsewhere logfmt
 * "ts=... level=info component=tenure-kube msg=...", unless TENURE_LOG_FORMAT or
 * --log-format says otherwise. Pure modules never log.
 */
#ifndef TENURE_LOG_H
#define TENURE_LOG_H

#include <stdbool.h>

#define LOG_ERASE "\033[K" /* the rest of a terminal's line (ECMA-48, EL) */

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_format { LOG_AUTO, LOG_TEXT, LOG_LOGFMT, LOG_JSON };

/* settings_read() calls it, first with the defaults and then with the options. A main() that
 * logs earlier calls it first. COMPONENT is kept, not copied. */
void log_init(const char *component, enum log_level level, enum log_format format);

/* Whether a person reads the log: it is text, on a terminal. */
bool log_is_for_people(void);
/* Whether something is on the line where the next message will be, which is then erased first. */
void log_erase_before(bool something);

void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...) log_write(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...) log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
