/* relations.h - what is remembered from one exchange for another, one line each (no include guard:
 * included with WL_RELATION defined).
 * SPDX-License-Identifier: MIT
 *
 * WL_RELATION(ID, "the earlier exchange that is remembered, and by what a later one finds it"). Of
 * each the last one is kept. How it is found stands in engine/relate.c.
 */
WL_RELATION(GET, "200 to GET of the same URI on the same server")
WL_RELATION(HEAD, "200 to HEAD of the same URI on the same server")
WL_RELATION(GONE, "301, 308 or 410 to the same method on the same URI and server")
WL_RELATION(REDIRECT, "response that sent this client to this URI")
WL_RELATION(TRY, "request of the same client with the same method for the same URI of this server")
WL_RELATION(ALLOW, "response with Allow for the same URI on the same server")
WL_RELATION(SERVER, "final response with Date of the same server")
