/* log.h - one line to standard error.
 *
 * On a terminal "tenure-kube: message"; otherwise logfmt
 * "ts=... level=info component=tenure-kube msg=..."; TENURE_LOG_FORMAT or
 * --log-format text|logfmt|json decides otherwise. Pure modules never log.
 */
#ifndef TENURE_LOG_H
#define TENURE_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_format { LOG_AUTO, LOG_TEXT, LOG_LOGFMT, LOG_JSON };

/* settings_read() calls it, first with the defaults and then with what it read;
 * a main() that logs earlier calls it first. COMPONENT is borrowed for ever. */
void log_init(const char *component, enum log_level level, enum log_format format);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
