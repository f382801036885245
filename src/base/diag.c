/* diag.c - filling struct wl_error, and the log callback.
 * SPDX-License-Identifier: MIT
 */
#include "diag.h"

#include <errno.h>
#include <stdarg.h>

int wl_fail(struct wl_error *err, enum wl_code code, const char *fmt, ...)
{
    va_list args;

    if (!err)
        return code;
    err->code = code;
    err->hint[0] = '\0';
    va_start(args, fmt);
    (void)vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);
    return code;
}

void wl_hint(struct wl_error *err, const char *fmt, ...)
{
    va_list args;

    if (!err)
        return;
    va_start(args, fmt);
    (void)vsnprintf(err->hint, sizeof(err->hint), fmt, args);
    va_end(args);
}

int wl_fail_system(struct wl_error *err, enum wl_code code, const char *what, int errno_value)
{
    bool lack = errno_value == EMFILE || errno_value == ENFILE || errno_value == ENOMEM;
    char text[96];

    (void)wl_fail(err, lack ? WL_NOMEM : code, "%s%s%s", what ? what : "", what ? ": " : "",
                  wl_errno_text(errno_value, text, sizeof(text)));
    if (errno_value == EMFILE)
        wl_hint(err, "'ulimit -n' raises the limit of open files; fewer shards (-j) take fewer");
    return lack ? WL_NOMEM : (int)code;
}

const char *wl_errno_text(int errno_value, char *buf, size_t n)
{
    if (n == 0)
        return "";
    if (strerror_r(errno_value, buf, n) != 0)
        (void)snprintf(buf, n, "error %d", errno_value);
    /* "No such file" reads better in the middle of a sentence as "no such file" */
    if (buf[0] >= 'A' && buf[0] <= 'Z' && buf[1] >= 'a' && buf[1] <= 'z')
        buf[0] = (char)(buf[0] | 0x20);
    return buf;
}

void wl_log(const struct wl_config *cfg, enum wl_log_level level, const char *fmt, ...)
{
    char text[512];
    va_list args;

    if (!cfg->log)
        return;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    cfg->log(cfg->log_user, level, text);
}
