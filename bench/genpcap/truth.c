/* truth.c - writes what was sent as JSON.
 * SPDX-License-Identifier: MIT
 */
#include "truth.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const violation_names[N_VIOLATIONS] = {
    [VIOLATION_401_WITHOUT_AUTHENTICATE] = "401_without_www_authenticate",
    [VIOLATION_405_WITHOUT_ALLOW] = "405_without_allow",
    [VIOLATION_206_WITHOUT_RANGE] = "206_without_content_range",
    [VIOLATION_204_WITH_LENGTH] = "204_with_content_length",
    [VIOLATION_205_WITH_BODY] = "205_with_body",
    [VIOLATION_UNASSIGNED_STATUS] = "unassigned_status",
    [VIOLATION_INTERIM_WITH_LENGTH] = "interim_with_content_length",
    [VIOLATION_426_WITHOUT_UPGRADE] = "426_without_upgrade",
};

/* What fails to be written is known when the stream is asked at the end (finish). */
static void put_counters(FILE *out, const struct truth *t, const struct capture *capture)
{
    const struct {
        const char *name;
        uint64_t value;
    } rows[] = {
        {"packets", capture->n_packets},
        {"file_bytes", capture->n_octets},
        {"connections", t->n_connections},
        {"finished", t->n_finished},
        {"requests", t->n_requests},
        {"responses", t->n_responses},
        {"body_bytes", t->n_body_octets},
        {"upgrades", t->n_upgrades},
        {"tunnels", t->n_tunnels},
        {"lost", t->n_lost},
        {"reordered", t->n_reordered},
        {"duplicated", t->n_duplicates},
        {"gapped", t->n_gaps},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        (void)fprintf(out, ",\"%s\":%" PRIu64, rows[i].name, rows[i].value);
}

static void put_statuses(FILE *out, const struct truth *t)
{
    const char *separator = "";

    (void)fputs(",\"status\":{", out);
    for (unsigned i = 0; i < N_STATUSES; i++) {
        if (t->n_statuses[i]) {
            (void)fprintf(out, "%s\"%u\":%" PRIu64, separator, i, t->n_statuses[i]);
            separator = ",";
        }
    }
    (void)fputs("}", out);
}

static void put_violations(FILE *out, const struct truth *t)
{
    const char *separator = "";

    (void)fputs(",\"planted\":{", out);
    for (unsigned i = 0; i < N_VIOLATIONS; i++) {
        (void)fprintf(out, "%s\"%s\":%" PRIu64, separator, violation_names[i], t->n_violations[i]);
        separator = ",";
    }
    (void)fputs("}", out);
}

/* Returns 0 or errno. */
static int finish(FILE *out)
{
    int error = fflush(out) != 0 || ferror(out) ? errno : 0;

    if (out != stderr && fclose(out) != 0 && !error)
        error = errno;
    return error;
}

int truth_write(const struct truth *t, const char *path, const char *profile, uint64_t seed,
                const struct capture *capture)
{
    FILE *out = strcmp(path, "-") == 0 ? stderr : fopen(path, "w");

    if (!out)
        return errno;
    (void)fprintf(out, "{\"profile\":\"%s\",\"seed\":%" PRIu64, profile, seed);
    put_counters(out, t, capture);
    put_statuses(out, t);
    put_violations(out, t);
    (void)fputs("}\n", out);
    return finish(out);
}
