/* api.h - what surrounds every public declaration.
 * SPDX-License-Identifier: MIT
 *
 * Everything declared between WL_API_BEGIN and WL_API_END is the interface of libwirelint: the
 * shared library shows these functions and no others (the rest is built with -fvisibility=hidden),
 * and C++ finds them by their C names. What is not declared in include/wirelint does not exist for
 * an embedder.
 */
#ifndef WIRELINT_API_H
#define WIRELINT_API_H

#ifdef __cplusplus
#    define WL_API_EXTERN_BEGIN extern "C" {
#    define WL_API_EXTERN_END   }
#else
#    define WL_API_EXTERN_BEGIN
#    define WL_API_EXTERN_END
#endif

#define WL_API_BEGIN _Pragma("GCC visibility push(default)") WL_API_EXTERN_BEGIN
#define WL_API_END   WL_API_EXTERN_END _Pragma("GCC visibility pop")

/** Lets the compiler check a format against its arguments; both counted from 1. */
#define WL_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

#endif
