/* fuzz_redact.c - any octets as text in which secrets are looked for.
 * SPDX-License-Identifier: MIT
 *
 * Where they are found is samples' business (run_redact.py); here: nothing beyond the text is read
 * or written, and what is written is '*', never over the end of a line.
 */
#include "redact_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each time in memory of its own, so that a sanitizer sees the octet behind it. */
static void look(void (*redact)(struct wl_span s), const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    if (!copy)
        return;
    if (size)
        memcpy(copy, data, size);
    redact(wl_span(copy, size));
    for (size_t i = 0; i < size; i++) {
        bool kept = copy[i] == data[i], hidden = copy[i] == '*';

        if (!kept && (!hidden || data[i] == '\r' || data[i] == '\n'))
            __builtin_trap();
    }
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    look(wl_redact_urls, data, size);
    look(wl_redact_url, data, size);
    look(wl_redact_line, data, size);
    look(wl_redact_authority, data, size);
    look(wl_redact_tokens, data, size);
    return 0;
}
