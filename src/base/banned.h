/* banned.h - force-included into every file: functions that shall not compile.
 * SPDX-License-Identifier: MIT
 */
#ifndef WL_BANNED_H
#define WL_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* macros where _FORTIFY_SOURCE is on and the compiler is clang, and no less forbidden */
#undef sprintf
#undef vsprintf
#pragma GCC poison gets strcpy strcat strncpy strncat sprintf vsprintf strtok atoi atol sscanf
#pragma GCC poison strerror localtime gmtime ctime asctime system popen
#ifndef WL_MAY_ALLOCATE /* mem.c and table.c (CMakeLists.txt) */
#    pragma GCC poison malloc calloc realloc strdup
#endif

#endif
