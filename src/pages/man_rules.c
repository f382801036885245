/* man_rules.c - the page wirelint-rules(7): the catalogue, from the table of rules.
 * SPDX-License-Identifier: MIT
 */
#include "catalogue.h"
#include "pages.h"
#include "roff.h"
#include "wirelint/names.h"

enum { MAX_LINE = 1024 };

static const char introduction[] =
    "These are the rules by which `wirelint(1)` judges, by area. `wirelint explain RULE` shows one of them with a "
    "conversation on which it fires and one on which it does not.";

static const char severities[] =
    "A rule has the severity of the worst that it reports; `--rule ID=SEVERITY` changes it or switches the rule off.";

static const char evidence[] =
    "A rule is asked only where what it needs was captured: pairs of request and response that belong together for "
    "certain, octets without a gap, times that rise. Where something is missing, the exchange counts as not judged, "
    "with the reason. A finding that another explanation remains for says how sure it is: certain, likely, possible.";

static void put_severities(struct wl_text *t)
{
    static const char *const meaning[WL_N_SEVERITIES] = {
        [WL_VIOLATION] = "breaks a MUST of the specification cited",
        [WL_WARNING] = "breaks a SHOULD, or matters for security or for known software",
        [WL_NOTE] = "worth knowing",
    };

    for (unsigned s = WL_N_SEVERITIES - 1; s > WL_OFF; s--)
        wl_roff_item(t, wl_severity_name((enum wl_severity)s), meaning[s]);
}

static void put_see(struct wl_text *t, const struct wl_rule *rule)
{
    char line[MAX_LINE] = "See also ";

    for (size_t i = 0; i < WL_RULE_SEE && rule->see[i]; i++) {
        size_t n = strlen(line);

        (void)snprintf(line + n, sizeof(line) - n, i ? ", `%s`" : "`%s`", rule->see[i]);
    }
    if (rule->see[0]) {
        wl_roff_more(t);
        wl_roff_text(t, line);
    }
}

static void put_rule(struct wl_text *t, const struct wl_rule *rule)
{
    char line[MAX_LINE];

    (void)snprintf(line, sizeof(line), "%s. %s, fault: %s", rule->title,
                   wl_severity_name(rule->severity), wl_fault_name(rule->fault));
    for (size_t i = 0; i < WL_RULE_CITES && rule->cite[i]; i++) {
        size_t n = strlen(line);

        (void)snprintf(line + n, sizeof(line) - n, "%s%s", i ? ", " : "; ", rule->cite[i]);
    }
    wl_roff_item(t, rule->id, line);
    if (rule->why) {
        wl_roff_more(t);
        wl_roff_text(t, rule->why);
    }
    if (rule->advice) {
        wl_roff_more(t);
        wl_roff_text(t, rule->advice);
    }
    put_see(t, rule);
}

void wl_page_rules(struct wl_text *t)
{
    const struct wl_rule *rules[WL_CATALOGUE_RULES];
    size_t n = wl_catalogue_sorted(rules);
    const char *title = NULL;

    wl_roff_title(t, "wirelint-rules", 7);
    wl_roff_section(t, "NAME");
    wl_text_put(t,
                "wirelint\\-rules \\- what wirelint finds in HTTP traffic, and why it matters\n");
    wl_roff_section(t, "DESCRIPTION");
    wl_roff_text(t, introduction);
    wl_roff_subsection(t, "Severity");
    wl_roff_text(t, severities);
    put_severities(t);
    wl_roff_subsection(t, "Evidence");
    wl_roff_text(t, evidence);
    wl_roff_section(t, "RULES");
    for (size_t a = 0; wl_catalogue_area(a, &title); a++) {
        bool any = false;

        for (size_t i = 0; i < n; i++) {
            if (strcmp(rules[i]->area, wl_catalogue_area(a, &title)) != 0)
                continue;
            if (!any)
                wl_roff_subsection(t, title);
            any = true;
            put_rule(t, rules[i]);
        }
    }
    wl_roff_section(t, "SEE ALSO");
    wl_text_put(t, ".BR wirelint (1),\n.BR wirelint.conf (5)\n");
}
