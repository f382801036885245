/* diag.h - filling struct wl_error, and the log callback.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_DIAG_H
#define WL_DIAG_H

#include "attr.h"
#include "wirelint/wirelint.h"

/**
 * Fills err (NULL is fine) and returns code, so that `return wl_fail(err, WL_EOPEN, ...)` reads as
 * one sentence. Text: lower case, failure first, subject quoted, no full stop.
 */
int wl_fail(struct wl_error *err, enum wl_code code, const char *fmt, ...) WL_PRINTF(3, 4);
/** Adds the hint how to mend it. */
void wl_hint(struct wl_error *err, const char *fmt, ...) WL_PRINTF(2, 3);
/**
 * Of what the system has refused, by errno_value: the cause after what and a colon, or alone where
 * what is NULL. Descriptors that are too few come with what can be done. Returns WL_NOMEM when these
 * or memory were missing, else code.
 */
int wl_fail_system(struct wl_error *err, enum wl_code code, const char *what, int errno_value);
/** strerror_r into a static-free buffer: writes the text of errno_value to buf and returns it. */
const char *wl_errno_text(int errno_value, char *buf, size_t n);
/** Logs through the callback of cfg, if there is one. */
void wl_log(const struct wl_config *cfg, enum wl_log_level level, const char *fmt, ...)
    WL_PRINTF(3, 4);

#endif
