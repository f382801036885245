/* roff.h - manual pages as text of man(7): escaping, paragraphs, lists.
 * SPDX-License-Identifier: MIT
 *
 * Plain text goes in; what roff would take for a request or an escape goes out harmless. Words
 * between backquotes are shown in bold: what is typed as it stands.
 */
#ifndef WL_ROFF_H
#define WL_ROFF_H

#include "text.h"

/** The first line of a page: its name, section and date, and the version it is of. */
void wl_roff_title(struct wl_text *t, const char *name, unsigned section);
/** A section, in capitals; a subsection of one. */
void wl_roff_section(struct wl_text *t, const char *title);
void wl_roff_subsection(struct wl_text *t, const char *title);
/** Running text in lines of less than 80 octets. Empty lines part paragraphs. */
void wl_roff_text(struct wl_text *t, const char *text);
/** A paragraph of its own. */
void wl_roff_paragraph(struct wl_text *t, const char *text);
/** An entry of a list: its head in bold, and what is said of it. */
void wl_roff_item(struct wl_text *t, const char *head, const char *text);
/** The head alone, which may hold backquotes; text follows. */
void wl_roff_head(struct wl_text *t, const char *head);
/** The next paragraph of the entry in hand. */
void wl_roff_more(struct wl_text *t);
/** Lines as they are, indented, each ended by a newline. */
void wl_roff_example(struct wl_text *t, const char *lines);

#endif
