/* options.c - the command line: parsing, suggestions and help, all from the table.
 * SPDX-License-Identifier: MIT
 *
 * Own parser instead of getopt_long: operands and the words of a BPF filter must be told apart. The
 * first operand is a file; so is a word with a slash or the suffix of a capture; the first other
 * word begins the filter, as does "--". Nothing about a single option is known here.
 */
#include "options.h"

#include "choose.h"
#include "config_file.h"
#include "diag.h"
#include "feeds.h"
#include "option_table.h"
#include "profile.h"
#include "wirelint/report.h"

#include <unistd.h>

enum {
    NEAR = 2, /* edits that a misspelt option may be away */
    HELP_INDENT = 31,
    WL_MAX_GIVEN = 1 << 16,
};

/* ------------------------------------------------------------------------------------ parsing */

const struct wl_option *wl_option_find(struct wl_span name)
{
    for (size_t i = 0; i < wl_n_option_rows; i++) {
        if (name.n && wl_span_equal(name, wl_span_text(wl_option_rows[i].name)))
            return &wl_option_rows[i];
    }
    return NULL;
}

static const struct wl_option *find_letter(char letter)
{
    for (size_t i = 0; i < wl_n_option_rows; i++) {
        if (letter && wl_option_rows[i].letter == letter)
            return &wl_option_rows[i];
    }
    return NULL;
}

const char *wl_option_nearest(const char *word)
{
    struct wl_nearest like;
    char plain[64];

    (void)snprintf(plain, sizeof(plain), "%.*s", (int)strcspn(word, "="), word);
    like = wl_nearest(plain, NEAR);
    for (size_t i = 0; i < wl_n_option_rows; i++) {
        if (*wl_option_rows[i].name)
            (void)wl_nearest_try(&like, wl_option_rows[i].name);
    }
    return like.name;
}

static int unknown_option(struct wl_parse *p, const char *word)
{
    const char *name = word + strspn(word, "-"), *nearest = wl_option_nearest(name);

    (void)wl_fail(p->err, WL_EINVAL, "unknown option '%s'", word);
    if (wl_report_find(name)) {
        wl_hint(p->err, "did you mean '--report %s=FILE'?", name);
    } else if (nearest) {
        wl_hint(p->err, "did you mean '--%s'?", nearest);
    } else {
        wl_hint(p->err, "'wirelint --help' lists the options");
    }
    return WL_EINVAL;
}

bool wl_option_flag(const char *value, bool *ret)
{
    static const char *const words[] = {"no", "yes", "off", "on", "false", "true"};

    for (size_t i = 0; i < WL_COUNT(words); i++) {
        if (strcmp(value, words[i]) == 0) {
            *ret = i % 2;
            return true;
        }
    }
    return false;
}

bool wl_option_denied(const struct wl_parse *p, const struct wl_option *option)
{
    for (size_t i = 0; i < p->n_denied; i++) {
        if (p->denied[i] == option)
            return true;
    }
    return false;
}

int wl_option_given(struct wl_parse *p, const struct wl_given *given)
{
    struct wl_options *o = p->o;
    struct wl_given *grown = wl_arena_grow(p->arena, o->given, o->n_given, &o->given_size,
                                           WL_MAX_GIVEN, sizeof(*grown));

    if (!grown)
        return wl_fail(p->err, WL_EINVAL, "too many values of options");
    o->given = grown;
    o->given[o->n_given++] = *given;
    return 0;
}

/* value: what stands after '=' or the letter, NULL when nothing does */
static int apply(struct wl_parse *p, const struct wl_option *option, const char *value)
{
    bool on = true;
    int status;

    if (option->later)
        return wl_fail(p->err, WL_EINVAL, "%s: %s", p->spelled, option->later);
    if (!option->argument && value && !wl_option_flag(value, &on))
        return wl_fail(p->err, WL_EINVAL, "%s takes no value but yes or no", p->spelled);
    if (option->argument && !value) {
        if (p->at >= p->argc)
            return wl_fail(p->err, WL_EINVAL, "%s needs a value: %s", p->spelled, option->argument);
        value = p->argv[p->at++];
    }
    for (unsigned i = 0; i < WL_N_COMMANDS; i++) {
        if (!p->refused[i] && !(option->commands & 1u << i))
            p->refused[i] = p->spelled;
    }
    if (!on)
        p->denied[p->n_denied++] = option;
    status = wl_option_given(p, &(struct wl_given){.option = option,
                                                   .value = value ? value : "yes",
                                                   .origin = WL_FROM_LINE,
                                                   .command = WL_N_COMMANDS});
    return status == 0 && on ? wl_option_apply(p, option, value) : status;
}

static const char *spell_letter(struct wl_parse *p, char letter)
{
    char *text = wl_arena_alloc(p->arena, 3);

    if (!text)
        return "option";
    text[0] = '-';
    text[1] = letter;
    return text;
}

/* "-qv", "-rFILE" */
static int parse_letters(struct wl_parse *p, const char *word)
{
    for (const char *c = word + 1; *c; c++) {
        const struct wl_option *option = find_letter(*c);
        int status;

        if (!option)
            return unknown_option(p, word);
        p->spelled = spell_letter(p, *c);
        status = apply(p, option, option->argument && c[1] ? c + 1 : NULL);
        if (status < 0 || option->argument)
            return status;
    }
    return 0;
}

static int parse_option(struct wl_parse *p, const char *word)
{
    size_t n = wl_span_find(wl_span_text(word), '=');
    const struct wl_option *option;
    char *spelled;

    if (word[1] != '-')
        return parse_letters(p, word);
    option = wl_option_find(wl_span(word + 2, n - 2));
    if (!option)
        return unknown_option(p, word);
    spelled = wl_arena_alloc(p->arena, n + 1);
    if (!spelled)
        return WL_NOMEM;
    memcpy(spelled, word, n);
    p->spelled = spelled;
    return apply(p, option, word[n] ? word + n + 1 : NULL);
}

static bool ends_with(const char *word, size_t n, const char *suffix)
{
    size_t k = strlen(suffix);

    return n > k && memcmp(word + n - k, suffix, k) == 0;
}

/* A word with a slash or the suffix of a capture, also before a suffix of compression. */
static bool looks_like_file(const char *word)
{
    static const char *const packed[] = {".gz", ".zst", ".lz4", ".xz"};
    static const char *const captures[] = {".pcap", ".pcapng", ".cap", ".dmp"};
    size_t n = strlen(word);

    if (strchr(word, '/') || strcmp(word, "-") == 0)
        return true;
    for (size_t i = 0; i < WL_COUNT(packed); i++) {
        if (ends_with(word, n, packed[i])) {
            n -= strlen(packed[i]);
            break;
        }
    }
    for (size_t i = 0; i < WL_COUNT(captures); i++) {
        if (ends_with(word, n, captures[i]))
            return true;
    }
    return false;
}

static bool take_command(struct wl_parse *p, const char *word)
{
    if (p->named || p->o->n_files || p->n_filter)
        return false;
    for (size_t i = 0; i < WL_N_COMMANDS; i++) {
        if (strcmp(word, wl_command_rows[i].name) == 0) {
            p->o->command = (enum wl_command)i;
            p->o->implicit = false;
            p->named = true;
            return true;
        }
    }
    return false;
}

static int parse_operand(struct wl_parse *p, const char *word)
{
    struct wl_options *o = p->o;

    if (!p->only_words && take_command(p, word))
        return 0;
    if (p->named && !((1u << o->command) & WL_FOR_READERS)) {
        o->words[o->n_words++] = word;
        return 0;
    }
    /* behind -i there are no files */
    if (o->n_interfaces == 0 &&
        (o->n_files == 0 || (!p->in_filter && !p->only_words && looks_like_file(word)))) {
        o->files[o->n_files++] = word;
        return 0;
    }
    /* from here on every word is the filter's: "net 10.0.0.0/8" has a slash too */
    p->in_filter = true;
    p->filter[p->n_filter++] = word;
    return 0;
}

/* Joins the trailing words of the filter with spaces. */
static int join_filter(struct wl_parse *p)
{
    size_t n = 1;
    char *text, *end;

    if (p->n_filter == 0)
        return 0;
    if (p->o->bpf) {
        (void)wl_fail(p->err, WL_EINVAL, "a filter was given by -f and by the words '%s ...'",
                      p->filter[0]);
        wl_hint(p->err, "give one of them; join filters with 'and'");
        return WL_EINVAL;
    }
    for (size_t i = 0; i < p->n_filter; i++)
        n += strlen(p->filter[i]) + 1;
    text = end = wl_arena_alloc(p->arena, n);
    if (!text)
        return WL_NOMEM;
    for (size_t i = 0; i < p->n_filter; i++) {
        size_t k = strlen(p->filter[i]);

        if (i)
            *end++ = ' ';
        memcpy(end, p->filter[i], k);
        end += k;
    }
    p->o->bpf = text;
    return 0;
}

/* Is anything read as it comes? Standard input may turn out to be a file, and is believed. */
static bool may_be_live(const struct wl_options *o)
{
    return o->n_interfaces || o->follow ||
           (o->n_files == 1 && (strcmp(o->files[0], "-") == 0 || wl_feeds_is_stream(o->files[0])));
}

/* Did the command line give one of these? What stands in a configuration file is for all runs,
 * those that it does not fit included. */
static bool is_on_line(const struct wl_options *o, const char *a, const char *b)
{
    for (uint32_t i = 0; i < o->n_given; i++) {
        const char *name = o->given[i].option->name;

        if (o->given[i].origin == WL_FROM_LINE && (strcmp(name, a) == 0 || strcmp(name, b) == 0))
            return true;
    }
    return false;
}

/* What is read, and the options that only make sense for some of it. */
static int check_inputs(struct wl_parse *p)
{
    struct wl_options *o = p->o;

    if (wl_choose_can(o))
        return 0;
    if (o->n_files == 0 && o->n_interfaces == 0) {
        (void)wl_fail(p->err, WL_EINVAL, "no capture was named");
        wl_hint(p->err, "wirelint %s FILE..., '-' for standard input, or -i INTERFACE",
                wl_command_rows[o->command].name);
        return WL_EINVAL;
    }
    if (o->n_files && o->n_interfaces) {
        (void)wl_fail(p->err, WL_EINVAL,
                      "'%s' is a file, and files and interfaces cannot be read "
                      "together",
                      o->files[0]);
        wl_hint(p->err, "a filter comes after -i: wirelint -i %s port 80", o->interfaces[0]);
        return WL_EINVAL;
    }
    if (o->n_interfaces && o->follow)
        return wl_fail(p->err, WL_EINVAL, "--follow waits at the end of a file, and -i has none");
    if (o->n_interfaces == 0 && (o->snaplen || o->buffer || o->not_promiscuous))
        return wl_fail(p->err, WL_EINVAL, "-s, -B and -p are for interfaces: -i is missing");
    if ((o->duration || o->interval) && !may_be_live(o) && is_on_line(o, "duration", "interval")) {
        return wl_fail(p->err, WL_EINVAL,
                       "--duration and --interval go by the clock, files do not: they want -i, '-' "
                       "or --follow");
    }
    if (o->metrics.family && !may_be_live(o) && is_on_line(o, "metrics", "metrics")) {
        (void)wl_fail(
            p->err, WL_EINVAL,
            "--metrics answers while a run goes on, and files come to their end: it wants "
            "-i, '-' or --follow");
        wl_hint(p->err, "--report openmetrics=FILE writes the numbers of a file");
        return WL_EINVAL;
    }
    if (!may_be_live(o)) {
        o->duration = o->interval = 0;
        o->metrics.family = 0;
    }
    if (o->follow && o->separate)
        return wl_fail(p->err, WL_EINVAL, "--follow has no end after which --separate could go on");
    if (o->separate && o->n_interfaces)
        return wl_fail(p->err, WL_EINVAL, "--separate is for files");
    return 0;
}

/* What would not be what it says. */
static int check_redaction(struct wl_parse *p)
{
    const struct wl_options *o = p->o;
    enum wl_redact level = o->config.redact;

    if (level > WL_REDACT_CREDENTIALS && o->config.evidence_path) {
        return wl_fail(p->err, WL_EINVAL,
                       "-w writes packets as they were captured, and --redact cannot hide anything "
                       "in them");
    }
    if (level >= WL_REDACT_TARGETS && o->write_baseline) {
        return wl_fail(p->err, WL_EINVAL,
                       "a baseline is made of targets, which --redact is to hide");
    }
    if (level >= WL_REDACT_ADDRESSES && o->command == WL_COMMAND_WATCH) {
        return wl_fail(
            p->err, WL_EINVAL,
            "the dashboard finds connections by their addresses: --redact targets is the "
            "most that it takes");
    }
    return 0;
}

/* What would have no effect: options of the screen without one, the pace of what has its own. */
static int check_screen(struct wl_parse *p)
{
    static const char *const of_screen[] = {"speed", "refresh", "hosts",
                                            "theme", "ascii",   "no-mouse"};
    const struct wl_options *o = p->o;

    for (size_t i = 0; o->plain && i < WL_COUNT(of_screen); i++) {
        if (is_on_line(o, of_screen[i], of_screen[i])) {
            return wl_fail(p->err, WL_EINVAL, "--%s is about the screen, and --plain has none",
                           of_screen[i]);
        }
    }
    if ((o->n_interfaces || o->follow) && is_on_line(o, "speed", "speed")) {
        return wl_fail(p->err, WL_EINVAL,
                       "--speed is for files: what is captured now comes at its own pace");
    }
    return 0;
}

/* The dashboard writes records when it is asked to (`w`). */
static int check_names(struct wl_parse *p)
{
    const struct wl_options *o = p->o;

    if (o->json || o->command == WL_COMMAND_WATCH || !is_on_line(o, "json-names", "json-names"))
        return 0;
    for (size_t i = 0; i < o->n_reports; i++) {
        if (strcmp(o->reports[i].format, "json") == 0)
            return 0;
    }
    return wl_fail(p->err, WL_EINVAL,
                   "--json-names is about NDJSON: --json or --report json=FILE is missing");
}

static int check_whole(struct wl_parse *p)
{
    struct wl_options *o = p->o;
    const struct wl_command_row *command;

    if (o->help || o->version)
        return 0;
    if (o->list_interfaces)
        return 0;
    command = &wl_command_rows[o->command];
    /* what would be true of the others is what somebody asks `config` about */
    if (p->refused[o->command] && o->command != WL_COMMAND_CONFIG) {
        (void)wl_fail(p->err, WL_EINVAL, "'wirelint %s' does not take %s", command->name,
                      p->refused[o->command]);
        wl_hint(p->err, "'wirelint %s --help' lists what it takes", command->name);
        return WL_EINVAL;
    }
    if ((1u << o->command) & WL_FOR_READERS) {
        int status = check_inputs(p);

        if (status < 0)
            return status;
    } else if (o->command == WL_COMMAND_EXPLAIN && o->n_words == 0) {
        (void)wl_fail(p->err, WL_EINVAL, "no rule was named");
        wl_hint(p->err, "'wirelint rules' lists them");
        return WL_EINVAL;
    } else if (o->command != WL_COMMAND_EXPLAIN && o->command != WL_COMMAND_RULES && o->n_words) {
        return wl_fail(p->err, WL_EINVAL, "'wirelint %s' takes no operand: '%s'", command->name,
                       o->words[0]);
    } else if (o->command == WL_COMMAND_RULES && o->n_words) {
        (void)wl_fail(p->err, WL_EINVAL, "'wirelint rules' takes no operand: '%s'", o->words[0]);
        wl_hint(p->err, "'wirelint explain %s' tells about one rule", o->words[0]);
        return WL_EINVAL;
    }
    if (check_redaction(p) < 0 || check_names(p) < 0 || check_screen(p) < 0)
        return WL_EINVAL;
    if (o->no_confine && o->user) {
        return wl_fail(
            p->err, WL_EINVAL,
            "-Z gives up being root, and --no-confine keeps all rights: take one of them");
    }
    if (o->separate && (o->n_reports || o->config.evidence_path)) {
        return wl_fail(p->err, WL_EINVAL,
                       "--separate writes a report per file to standard output; --report and -w "
                       "name one file for all");
    }
    return 0;
}

static int init(struct wl_parse *p)
{
    struct wl_options *o = p->o;
    size_t n = (size_t)p->argc + p->n_from_files + 1;

    *o = (struct wl_options){.command = WL_COMMAND_AUDIT};
    p->n_filter = 0;
    p->at = 1;
    p->in_filter = p->only_words = p->named = false;
    memset(p->refused, 0, sizeof(p->refused));
    p->spelled = NULL;
    p->ports_origin = WL_FROM_DEFAULT;
    o->implicit = true;
    o->examples = 3;
    o->format = "text";
    wl_config_init(&o->config);
    o->config.fail_on = WL_VIOLATION;
    o->files = wl_arena_array(p->arena, n, sizeof(*o->files));
    o->interfaces = wl_arena_array(p->arena, n, sizeof(*o->interfaces));
    o->words = wl_arena_array(p->arena, n, sizeof(*o->words));
    o->config_files = wl_arena_array(p->arena, n, sizeof(*o->config_files));
    o->reports = wl_arena_array(p->arena, n, sizeof(*o->reports));
    o->overrides = wl_arena_array(p->arena, n, sizeof(*o->overrides));
    o->settings = wl_arena_array(p->arena, n, sizeof(*o->settings));
    o->baselines = wl_arena_array(p->arena, n, sizeof(char *));
    p->filter = wl_arena_array(p->arena, n, sizeof(*p->filter));
    return o->files && o->interfaces && o->words && o->config_files && o->reports && o->overrides &&
                   o->baselines && o->settings && p->filter
               ? 0
               : WL_NOMEM;
}

/* Is the word an option here? "-" alone is a file; inside a filter "-" may be arithmetic. */
static bool is_option(const struct wl_parse *p, const char *word)
{
    if (p->only_words || word[0] != '-' || !word[1])
        return false;
    return word[1] == '-' || !wl_is_digit((uint8_t)word[1]);
}

/* What comes later wins; of the same origin the profile goes first, then what --set says again,
 * wherever it stands. */
static int set_thresholds(struct wl_parse *p)
{
    struct wl_options *o = p->o;
    int status = 0;

    for (unsigned origin = WL_FROM_USER; o->profile && origin <= WL_FROM_LINE; origin++) {
        const struct wl_profile_setting *s = o->profile->settings;

        for (size_t i = 0; i < WL_PROFILE_SETTINGS && s[i].key; i++) {
            if (o->profile_origin == origin && status == 0)
                status = wl_config_set(&o->config, s[i].key, s[i].value, p->err);
        }
        for (size_t i = 0; status == 0 && i < o->n_settings; i++) {
            if (o->settings[i].origin == origin) {
                status = wl_config_set(&o->config, o->settings[i].key, o->settings[i].value,
                                       p->err);
            }
        }
    }
    return status;
}

/* `wirelint -i IFACE`: the dashboard where it can be shown, else lines. */
static enum wl_command live_command(const struct wl_options *o)
{
    bool can_watch = !wl_command_rows[WL_COMMAND_WATCH].later && !o->json && isatty(STDOUT_FILENO);

    return can_watch ? WL_COMMAND_WATCH : WL_COMMAND_LIST;
}

/* Reads argv once. True when help or the version was asked for: that wins over whatever else is
 * wrong behind it. */
static bool read_line(struct wl_parse *p, int *status)
{
    p->origin = WL_FROM_LINE;
    while (*status == 0 && p->at < p->argc) {
        const char *word = p->argv[p->at++];

        if (!p->only_words && strcmp(word, "--") == 0) {
            p->only_words = true;
        } else if (is_option(p, word)) {
            *status = parse_option(p, word);
        } else {
            *status = parse_operand(p, word);
        }
        if (p->o->help || p->o->version)
            return true;
    }
    if (p->o->implicit && p->o->n_interfaces)
        p->o->command = live_command(p->o);
    if (p->o->list_interfaces)
        p->o->command = WL_COMMAND_INTERFACES;
    return false;
}

/* A baseline that a configuration file names, and the command line once more, is one: its entries
 * would be told as such that never come up again. */
static bool was_named_before(const struct wl_options *o, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (strcmp(o->baselines[k], o->baselines[i]) == 0)
            return true;
    }
    return false;
}

/* What configuration files and baselines say of findings that do not count. */
static int gather_suppressions(struct wl_parse *p, struct wl_suppressions *list)
{
    struct wl_options *o = p->o;
    int status = 0;

    for (size_t i = 0; i < o->n_baselines && status == 0; i++) {
        bool to_be_written = o->write_baseline && strcmp(o->write_baseline, o->baselines[i]) == 0;

        if (!was_named_before(o, i))
            status = wl_suppressions_read(list, o->baselines[i], to_be_written, p->err);
    }
    o->config.suppressions = list->all;
    o->config.n_suppressions = list->n;
    o->config.today = (wl_ns)time(NULL) * WL_SECOND;
    return status;
}

/* The command line is read twice: which command it is, and which configuration files are to be
 * read, must be known before their values are put in place, and the line's own go on top of
 * them. */
static int read_all(struct wl_parse *p, bool *ret_help)
{
    struct wl_config_file file;
    enum wl_command command;
    int status;

    /* of both readings */
    p->denied = wl_arena_array(p->arena, 2 * (size_t)p->argc + 1, sizeof(struct wl_option *));
    status = p->denied ? init(p) : WL_NOMEM;
    *ret_help = status == 0 && read_line(p, &status);
    if (*ret_help || status < 0 || p->o->list_interfaces)
        return status;
    command = p->o->command;
    status = wl_config_file_read(&file, p);
    p->n_from_files = file.n;
    if (status == 0)
        status = init(p);
    p->o->command = command;
    if (status == 0)
        status = wl_config_file_apply(&file, p);
    p->o->command = WL_COMMAND_AUDIT;
    if (status == 0)
        (void)read_line(p, &status);
    return status == 0 ? gather_suppressions(p, &file.suppressions) : status;
}

int wl_options_parse(struct wl_options *ret, int argc, char **argv, struct wl_arena *a,
                     struct wl_error *err)
{
    struct wl_parse p = {.o = ret, .arena = a, .argv = argv, .argc = argc, .err = err};
    bool help = false;
    int status = read_all(&p, &help);

    if (help)
        return 0;
    if (status == 0)
        status = join_filter(&p);
    if (status == 0)
        status = set_thresholds(&p);
    if (status == 0)
        status = check_whole(&p);
    if (status == WL_NOMEM)
        return wl_fail(err, WL_NOMEM, "out of memory");
    ret->config.overrides = ret->overrides;
    ret->config.n_overrides = ret->n_overrides;
    return status;
}

/* --------------------------------------------------------------------------------------- help */

const char *wl_command_name(enum wl_command command)
{
    return wl_command_rows[command].name;
}

const char *wl_command_nearest(const char *word)
{
    struct wl_nearest like = wl_nearest(word, NEAR);

    for (size_t i = 0; i < WL_N_COMMANDS; i++) {
        if (!wl_command_rows[i].later)
            (void)wl_nearest_try(&like, wl_command_rows[i].name);
    }
    return like.name;
}

/* "      --where EXPR            only matching ..."; lines after the first are indented */
static void put_row(struct wl_text *t, const struct wl_option *option)
{
    size_t from = t->buf.n;

    if (option->letter) {
        wl_text_printf(t, "  -%c%s", option->letter, *option->name ? ", " : "");
    } else {
        wl_text_put(t, "      ");
    }
    if (*option->name)
        wl_text_printf(t, "--%s", option->name);
    if (option->argument)
        wl_text_printf(t, " %s", option->argument);
    for (const char *c = option->help; *c; c++) {
        if (c == option->help || c[-1] == '\n') {
            for (size_t k = t->buf.n - from; k < HELP_INDENT; k++)
                wl_text_char(t, ' ');
        }
        wl_text_char(t, *c);
        if (*c == '\n')
            from = t->buf.n;
    }
    wl_text_char(t, '\n');
}

static void put_options(struct wl_text *t, uint32_t mask)
{
    for (size_t i = 0; i < wl_n_option_rows; i++) {
        if (wl_option_rows[i].help && (wl_option_rows[i].commands & mask))
            put_row(t, &wl_option_rows[i]);
    }
}

static void put_examples(struct wl_text *t, const struct wl_command_row *command)
{
    for (size_t i = 0; i < WL_COUNT(command->examples) && command->examples[i]; i++)
        wl_text_printf(t, "  %s\n", command->examples[i]);
}

static void help_program(struct wl_text *t)
{
    wl_text_put(t,
                "wirelint shows the status sequence of every HTTP exchange in a capture, and\n"
                "judges it.\n\n"
                "  wirelint capture.pcap                 what is wrong in it? (audit)\n"
                "  wirelint list capture.pcap            every exchange: GET / -> 103, 200\n"
                "  wirelint stats captures/              codes, sequences, times\n"
                "  wirelint audit --where status:103 capture.pcap host 10.0.0.9\n"
                "  wirelint -i eth0 port 80              live: the dashboard, or lines to a pipe\n"
                "  wirelint explain interim-to-http10    why it matters, and what to do\n\n");
    for (size_t i = 0; i < WL_N_COMMANDS; i++) {
        if (!wl_command_rows[i].later) {
            wl_text_printf(t, "  %-10s %-17s %s\n", wl_command_rows[i].name,
                           wl_command_rows[i].operands, wl_command_rows[i].help);
        }
    }
    wl_text_put(
        t,
        "\nFILE is pcap or pcapng, plain or compressed; '-' is standard input; a "
        "directory\nis every capture in it; several are one capture; -i INTERFACE "
        "captures. FILTER\nis BPF, as for tcpdump.\n'wirelint COMMAND --help' lists options, 'wirelint --version' "
        "the versions.\n\n"
        "Exit status: 0 clean, 1 findings, 2 usage, 3 input or output failed.\n");
}

void wl_options_help(struct wl_text *t, const struct wl_options *o)
{
    const struct wl_command_row *command = &wl_command_rows[o->command];

    if (o->implicit) {
        help_program(t);
        return;
    }
    wl_text_printf(t, "wirelint %s [options]%s%s\n%s\n\n", command->name,
                   *command->operands ? " " : "", command->operands, command->help);
    if (command->later) {
        wl_text_printf(t, "%s\n", command->later);
        return;
    }
    put_examples(t, command);
    wl_text_char(t, '\n');
    put_options(t, 1u << o->command);
}
