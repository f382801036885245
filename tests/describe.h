/* describe.h - every fact of an exchange or a record as text, to compare two of them.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_DESCRIBE_H
#define WL_DESCRIBE_H

#include "text.h"

void describe_exchange(struct wl_text *t, const struct wl_exchange *ex);
/** All but its steps. */
void describe_record(struct wl_text *t, const struct wl_conn_record *conn);

#endif
