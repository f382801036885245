/* unit_partition.c - the space of connections: cut, shared out, and found again.
 * SPDX-License-Identifier: MIT
 */
#include "partition.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const uint64_t limits[] = {0,      1,      1023,    1024,    2047,           2048,
                                  4095,   4096,   5000,    65535,   65536,          70000,
                                  262144, 262145, 1 << 20, 3000001, UINT32_MAX - 1, UINT64_MAX};

static void shares_add_up_to_the_limit(void **state)
{
    (void)state;
    for (size_t k = 0; k < WL_COUNT(limits); k++) {
        const struct wl_partitions all = wl_partitions_of(limits[k], 0, 1);
        uint64_t sum = 0;

        assert_int_equal(all.n, wl_partitions_count(limits[k]));
        assert_int_equal(all.n & (all.n - 1), 0);
        assert_in_range(all.n, 1, WL_PARTITIONS);
        for (uint32_t i = 0; i < all.n; i++) {
            assert_in_range(wl_partition_max(&all, i), all.n > 1 ? WL_PARTITION_LEAST : 1, all.max);
            sum += wl_partition_max(&all, i);
        }
        assert_int_equal(sum, wl_min_u64(wl_max_u64(limits[k], 1), UINT32_MAX - 1));
        assert_int_equal(wl_partitions_own_max(&all), sum);
    }
    assert_int_equal(wl_partitions_count(2047), 1);
    assert_int_equal(wl_partitions_count(2048), 2);
    assert_int_equal(wl_partitions_count(65535), 32);
    assert_int_equal(wl_partitions_count(65536), 64);
}

/* Every place belongs to one shard, that which has its partition. */
static void each_partition_has_one_shard(void **state)
{
    (void)state;
    for (size_t k = 0; k < WL_COUNT(limits); k++) {
        for (unsigned n_shards = 1; n_shards <= WL_PARTITIONS; n_shards++) {
            uint64_t next = 0, sum = 0;

            for (unsigned i = 0; i < n_shards; i++) {
                const struct wl_partitions p = wl_partitions_of(limits[k], i, n_shards);

                assert_int_equal(p.first, next);
                assert_in_range(p.end, p.first, p.n);
                for (uint32_t j = p.first; j < p.end; j++) {
                    const uint64_t begin = wl_partition_begin(&p, j);

                    assert_int_equal(j * n_shards / p.n, i);
                    assert_int_equal(wl_partition_at(&p, begin), j);
                    assert_int_equal(wl_partition_at(&p, wl_partition_begin(&p, j + 1) - 1), j);
                }
                next = p.end;
                sum += wl_partitions_own_max(&p);
            }
            assert_int_equal(next, wl_partitions_count(limits[k]));
            assert_int_equal(sum, wl_min_u64(wl_max_u64(limits[k], 1), UINT32_MAX - 1));
        }
    }
}

static void who_is_dealt_to_has_a_share(void **state)
{
    const struct wl_partitions p = wl_partitions_dealt(262144, 3);

    (void)state;
    assert_int_equal(p.n, 1);
    assert_int_equal(p.end - p.first, 1);
    assert_int_equal(wl_partitions_own_max(&p), 87381);
    assert_int_equal(wl_partitions_dealt(2, 3).max, 1);
}

static struct wl_endpoint end_of(uint8_t family, uint32_t host, uint16_t port)
{
    struct wl_endpoint end = {.port = port, .family = family};
    uint8_t *last = end.ip + (family == 6 ? 12 : 0);

    if (family == 6)
        end.ip[0] = 0x20;
    for (unsigned i = 0; i < 4; i++)
        last[i] = (uint8_t)(host >> (24 - 8 * i));
    return end;
}

/* Addresses and ports that count up, as those of clients do. */
static void pairs_are_spread(void **state)
{
    enum { HOSTS = 64, PORTS = 4096, MEAN = HOSTS * PORTS / WL_PARTITIONS };
    const struct wl_partitions p = wl_partitions_of(262144, 0, 1);

    (void)state;
    for (uint8_t family = 4; family <= 6; family += 2) {
        const struct wl_endpoint server = end_of(family, 0xc0a80001, 80);
        unsigned n[WL_PARTITIONS] = {0};

        for (uint32_t i = 0; i < HOSTS * PORTS; i++) {
            const struct wl_endpoint client = end_of(family, 0x0a000000 + i / PORTS,
                                                     (uint16_t)(32768 + i % PORTS));
            const uint32_t k = wl_partition_of(&p, &client, &server);

            assert_int_equal(wl_partition_of(&p, &server, &client), k);
            if (family == 4) {
                assert_int_equal(wl_partition_weight_ipv4(client.ip, client.port),
                                 wl_partition_weight(&client));
            }
            n[k]++;
        }
        for (unsigned k = 0; k < WL_PARTITIONS; k++)
            assert_in_range(n[k], MEAN - MEAN / 10, MEAN + MEAN / 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_add_up_to_the_limit),
        cmocka_unit_test(each_partition_has_one_shard),
        cmocka_unit_test(who_is_dealt_to_has_a_share),
        cmocka_unit_test(pairs_are_spread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
