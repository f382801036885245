/* fuzz_file.c - any octets as a capture file, its packets decoded.
 * SPDX-License-Identifier: MIT
 */
#include "decode.h"
#include "file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct wl_limits limits = {.max_fragments = 16, .max_fragment_octets = 65536};
    struct wl_counters counters = {0};
    struct wl_error err = {.code = 0};
    struct wl_decoder *decoder;
    struct wl_file *file = NULL;
    struct wl_budget budget;
    struct wl_packet packet;
    uint64_t sum = 0;

    wl_budget_init(&budget, 32 << 20, NULL, NULL, NULL);
    decoder = wl_decoder_new(&budget, &limits, &counters);
    if (!decoder)
        abort();
    if (wl_file_open_memory(wl_span(data, size), &budget, &file, &err) == 0) {
        while (wl_file_next(file, &packet, &err) == 1) {
            struct wl_segment segment = {.packet = 0};

            if (wl_decode(decoder, &packet, &segment) != WL_DECODED_TCP)
                continue;
            /* every octet that is handed out can be read */
            for (size_t i = 0; i < segment.payload.n; i++)
                sum += segment.payload.p[i];
        }
        wl_file_free(file);
    }
    wl_decoder_free(decoder);
    if (budget.used != 0 || sum == UINT64_MAX)
        abort();
    return 0;
}
