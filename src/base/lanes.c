/* lanes.c - what the lanes of a block are compared with.
 * SPDX-License-Identifier: MIT
 *
 * In memory, and out of the compiler's sight: it would make each of these vectors anew for every
 * block, three instructions apiece, where a comparison can read it as it stands.
 */
#include "lanes.h"

#define EIGHT(c)      (c), (c), (c), (c), (c), (c), (c), (c)
#define THIRTY_TWO(c) EIGHT(c), EIGHT(c), EIGHT(c), EIGHT(c)

const struct wl_lanes_patterns wl_lanes_patterns = {
    .ones = {THIRTY_TWO(1)},
    .spaces = {THIRTY_TWO(' ')},
    .crs = {THIRTY_TWO('\r')},
    .lfs = {THIRTY_TWO('\n')},
};
