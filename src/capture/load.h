/* load.h - numbers at a fixed place, in either octet order.
 * SPDX-License-Identifier: MIT
 *
 * For headers whose length has been checked as a whole: one check per header, not one per field.
 * The caller vouches that the octets are there. Compilers make one load of each.
 */
#ifndef WL_LOAD_H
#define WL_LOAD_H

#include "attr.h"

static inline uint16_t wl_load_be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t wl_load_be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint16_t wl_load_le16(const uint8_t *p)
{
    return (uint16_t)(p[1] << 8 | p[0]);
}

static inline uint32_t wl_load_le32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline uint16_t wl_load16(const uint8_t *p, bool big_endian)
{
    return big_endian ? wl_load_be16(p) : wl_load_le16(p);
}

static inline uint32_t wl_load32(const uint8_t *p, bool big_endian)
{
    return big_endian ? wl_load_be32(p) : wl_load_le32(p);
}

static inline uint64_t wl_load64(const uint8_t *p, bool big_endian)
{
    return big_endian ? (uint64_t)wl_load_be32(p) << 32 | wl_load_be32(p + 4)
                      : (uint64_t)wl_load_le32(p + 4) << 32 | wl_load_le32(p);
}

#endif
