/* dispatch.c - judges a capture with rules that are there to be counted, not to find anything.
 * SPDX-License-Identifier: MIT
 *
 *     dispatch N FILE     the catalogue and N rules more
 *     dispatch -N FILE    N rules, and none of the catalogue
 *
 * The rules ask for what those of a catalogue ask for, in like proportion: fields, single statuses
 * and classes, methods, marks, what is lacking; one in twenty asks for every message. Run by
 * bench/instructions under callgrind: how much does a rule cost that has nothing to say?
 */
#include "wirelint/rule.h"
#include "wirelint/wirelint.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_RULES = 1000, ID_OCTETS = 32 };

/* What a rule does at least: it looks at a field. */
static void look(struct wl_judge *j, const struct wl_exchange *ex, const struct wl_message *m)
{
    (void)j;
    (void)ex;
    (void)wl_message_field(m, WL_FIELD_UPGRADE);
}

static enum wl_field_id some_field(unsigned i)
{
    return (enum wl_field_id)(1 + i * 7 % (WL_N_FIELDS - 1));
}

static void ask_for(struct wl_rule *rule, unsigned i)
{
    static const uint16_t statuses[] = {201, 204, 206, 304, 401, 405, 416, 426, 429, 503};

    switch (i % 20) {
    case 0: break; /* every request or response */
    case 1:
    case 2:
    case 3:
    case 4:
    case 5: rule->field = some_field(i); break;
    case 6:
    case 7:
        rule->field = some_field(i);
        rule->fields[0] = some_field(i + 1);
        rule->fields[1] = some_field(i + 2);
        break;
    case 8:
    case 9:
    case 10:
    case 11: rule->status_from = rule->status_to = statuses[i / 20 % 10]; break;
    case 12:
    case 13:
        rule->status_from = (uint16_t)(300 + i / 20 % 3 * 100);
        rule->status_to = (uint16_t)(rule->status_from + 99);
        break;
    case 14:
        rule->status_from = rule->status_to = statuses[i / 20 % 10];
        rule->lacks = some_field(i);
        break;
    case 15: rule->method = (enum wl_method)(WL_METHOD_OTHER + 1 + i % 30); break;
    case 16: rule->interim_only = true; break;
    default: rule->when = WL_ON_MARK; rule->mark = (enum wl_mark_id)(1 + i % (WL_N_MARKS - 1));
    }
}

static void make_rules(struct wl_rule *rules, char (*ids)[ID_OCTETS], unsigned n)
{
    static const enum wl_when kinds[] = {WL_ON_RESPONSE, WL_ON_REQUEST, WL_ON_EXCHANGE};

    for (unsigned i = 0; i < n; i++) {
        (void)snprintf(ids[i], ID_OCTETS, "counted-%04u", i);
        rules[i] = (struct wl_rule){
            .id = ids[i],
            .severity = WL_NOTE,
            .title = "Is counted",
            .when = kinds[i / 20 % 3],
            .check = look,
        };
        ask_for(&rules[i], i);
    }
}

static int run(const struct wl_config *cfg, const struct wl_rule_group *group, const char *path)
{
    const struct wl_source_config source = {.files = &path, .n_files = 1, .may_map = true};
    struct wl_engine *engine = NULL;
    struct wl_error err = {.code = WL_OK};
    int rc = wl_engine_new(cfg, &engine, &err);

    if (rc == 0)
        rc = wl_engine_add_rules(engine, group);
    if (rc == 0)
        rc = wl_engine_run(engine, &source, &err);
    if (rc == 0)
        rc = wl_engine_finish(engine, &err);
    if (rc == 0) {
        const struct wl_stats *st = wl_engine_stats(engine);

        (void)printf("%" PRIu64 " packets, %" PRIu64 " exchanges\n", st->counters.packets,
                     st->exchanges);
    } else {
        (void)fprintf(stderr, "dispatch: %s\n", err.text);
    }
    wl_engine_free(engine);
    return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    static struct wl_rule rules[MOST_RULES];
    static char ids[MOST_RULES][ID_OCTETS];
    struct wl_rule_group group = {.name = "counted", .rules = rules};
    struct wl_config cfg;
    long n = argc == 3 ? strtol(argv[1], NULL, 10) : 0;

    if (argc != 3 || labs(n) > MOST_RULES) {
        (void)fprintf(stderr, "usage: dispatch N FILE (N from -1000 to 1000)\n");
        return 2;
    }
    wl_config_init(&cfg);
    if (n < 0 || argv[1][0] == '-')
        cfg.only = "counted-*";
    group.n_rules = (size_t)labs(n);
    make_rules(rules, ids, (unsigned)group.n_rules);
    return run(&cfg, &group, argv[2]);
}
