/* groups.h - the groups of rules, one per file of rules (no include guard: included with WL_GROUP
 * defined).
 * SPDX-License-Identifier: MIT
 *
 * WL_GROUP(NAME): wl_rules_NAME in NAME.c. The order is that of the catalogue and of reports.
 */
WL_GROUP(interim)
WL_GROUP(hints)
WL_GROUP(timing)
WL_GROUP(expect)
WL_GROUP(upgrade)
WL_GROUP(websocket)
WL_GROUP(status)
WL_GROUP(success)
WL_GROUP(partial)
WL_GROUP(redirect)
WL_GROUP(conditional)
WL_GROUP(auth)
WL_GROUP(refusal)
WL_GROUP(webdav)
WL_GROUP(failure)
WL_GROUP(method)
WL_GROUP(version)
WL_GROUP(syntax)
WL_GROUP(framing)
WL_GROUP(order)
WL_GROUP(dates)
WL_GROUP(proxy)
WL_GROUP(legs)
