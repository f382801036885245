/* options.h - the command line: one table from which parsing, help and suggestions come.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_OPTIONS_H
#define WL_OPTIONS_H

#include "text.h"
#include "wirelint/wirelint.h"

enum wl_command {
    WL_COMMAND_AUDIT,
    WL_COMMAND_LIST,
    WL_COMMAND_STATS,
    WL_COMMAND_WATCH,
    WL_COMMAND_RULES,
    WL_COMMAND_PROFILES,
    WL_COMMAND_EXPLAIN,
    WL_COMMAND_INTERFACES,
    WL_COMMAND_CONFIG,
    WL_N_COMMANDS,
};

enum wl_color_when {
    WL_COLOR_AUTO,
    WL_COLOR_ALWAYS,
    WL_COLOR_NEVER,
};

/** --report FORMAT=FILE */
struct wl_report_request {
    const char *format, *path;
};

/** Where a value comes from; what comes later wins. */
enum wl_origin {
    WL_FROM_DEFAULT,
    WL_FROM_USER, /* the user's configuration file */
    WL_FROM_FILE, /* --config */
    WL_FROM_LINE, /* the command line */
};

/** --set KEY=VALUE */
struct wl_set_request {
    const char *key, *value;
    enum wl_origin origin;
};

struct wl_option; /* option_table.h */

/** A value that an option was given, and by what. */
struct wl_given {
    const struct wl_option *option;
    const char *value; /* a flag's: "yes" or "no" */
    enum wl_origin origin;
    const char *file; /* of a configuration file: its name and line */
    unsigned line;
    enum wl_command command; /* of whose section; WL_N_COMMANDS: of every command */
};

/** A configuration file that was asked for. */
struct wl_config_source {
    const char *path;
    bool found;
};

/** A command line that was understood. Strings are those of argv or lie in the arena. */
struct wl_options {
    enum wl_command command;
    bool implicit; /* no command was named: audit */
    bool help, version;
    const char **files;
    size_t n_files;
    const char **interfaces; /* -i; then there are no files */
    size_t n_interfaces;
    unsigned snaplen;           /* -s; 0: all of a packet */
    uint64_t buffer;            /* -B, in octets; 0: the default */
    wl_ns duration;             /* --duration; 0: no end */
    wl_ns interval;             /* --interval; 0: report at the end only */
    struct wl_endpoint metrics; /* --metrics; family 0: none */
    bool not_promiscuous;       /* -p */
    bool follow;
    const char *user; /* -Z, or NULL */
    bool no_confine;
    bool plain;            /* watch --plain, stats --watch */
    bool list_interfaces;  /* -D */
    bool idle_timeout_set; /* by --set; live has another default than files */
    const char **words;    /* of rules, explain */
    size_t n_words;
    const char *bpf; /* or NULL */
    struct wl_report_request *reports;
    size_t n_reports;
    struct wl_override *overrides;
    size_t n_overrides;
    const char **baselines; /* --baseline */
    size_t n_baselines;
    const char *write_baseline; /* or NULL; among reports too */
    struct wl_set_request *settings;
    size_t n_settings;
    const struct wl_profile *profile; /* --profile, or NULL */
    enum wl_origin profile_origin;
    const char **config_files; /* --config */
    size_t n_config_files;
    bool no_config;
    struct wl_given *given; /* every value, in the order in which they were applied */
    uint32_t n_given, given_size;
    struct wl_config_source *sources; /* the configuration files, in the order of reading */
    size_t n_sources;
    const char *format;   /* of rules and profiles: text, json, markdown */
    uint64_t max_packets; /* -c */
    unsigned examples;
    int verbosity; /* -1 quiet, 0, 1, 2 */
    enum wl_color_when color;
    bool json, utc, separate, require_http;
    double refresh, speed; /* watch: times a second; 0: at once, else so many times the pace */
    const char *hosts;     /* --hosts, or NULL */
    bool ascii, themed, light, no_mouse; /* light: of what --theme said, if it did */
    enum wl_json_names json_names;
    struct wl_config config; /* rules, limits, filters: what the engine is given */
};

/**
 * Reads the command line. a holds what is made of it and must outlive ret.
 * Returns 0, or WL_EINVAL or WL_NOMEM with err.
 */
WL_MUST_USE int wl_options_parse(struct wl_options *ret, int argc, char **argv, struct wl_arena *a,
                                 struct wl_error *err);
/** The help of a command, or of the whole program when none was named. */
void wl_options_help(struct wl_text *t, const struct wl_options *o);
/** "audit" */
const char *wl_command_name(enum wl_command command);
/** The command whose name is nearest to a word that is none; NULL when none is near. */
const char *wl_command_nearest(const char *word);

#endif
