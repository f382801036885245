/* seeds.h - a case of a dialogue as the inputs of the fuzzers.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_SEEDS_H
#define WL_SEEDS_H

#include "wire.h"

/**
 * Writes the case into the folders DIR/file (a capture), DIR/packets and DIR/bytes (as
 * fuzz_packets.c and fuzz_bytes.c read them), making those that are missing. name is that of the
 * file there.
 * Returns 0, or a negative code with err.
 */
int seeds_write(const char *dir, const char *name, const struct dialogue_case *c,
                const struct packets *played, struct wl_error *err);

#endif
