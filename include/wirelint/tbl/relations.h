/* relations.h - what is remembered from one exchange for another, one line each (no include guard:
 * included with WL_RELATION defined).
 * SPDX-License-Identifier: MIT
 *
 * WL_RELATION(ID, "the earlier exchange that is remembered, and by what a later one finds it"). Of
 * each the last one is kept. How it is found stands in engine/relate.c.
 */
WL_RELATION(GET, "200 to GET of the same URI on the same server; another one takes its place unasked")
WL_RELATION(HEAD, "200 to HEAD of the same URI on the same server")
WL_RELATION(GONE, "301, 308 or 410 to the same method on the same URI and server, or a later 2xx")
WL_RELATION(REDIRECT, "response that sent this client to this URI within redirect.window, not followed yet")
WL_RELATION(TRY, "421 or 425 to the same client, method, URI and server, or what came after it")
WL_RELATION(EXPECTATION, "417 to the same client, method, URI and server, or what came after it")
WL_RELATION(INTERIM, "interim responses and a final one to this client from this server")
WL_RELATION(ALLOW, "response with Allow for the same URI on the same server")
WL_RELATION(PROXY, "first request made to the same server as to a proxy: CONNECT, in absolute-form, with Proxy-Authorization")
WL_RELATION(SERVER, "final response of the same server: the first with Date, else the first")
WL_RELATION(LEG, "the other leg of a proxy, when that came before (--correlate); past has nothing but .leg")
WL_RELATION(CLOCK, "nothing: the clocks of servers are compared, past is NULL (.alone)")
