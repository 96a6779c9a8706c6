/* Errors are filled in place, by value: nobody owns them, nobody frees them. On success nothing here is called, so that
 * the caller's error stays untouched. */
#ifndef PLUGIN_IN_C_ERROR_H
#define PLUGIN_IN_C_ERROR_H

#include <eventcore/abi/base.h>

/* Fills `error`, which may be NULL, with a formatted message and gives `status` back. A message that is too long is cut
 * at a character's border. */
__attribute__((format(printf, 3, 4))) ec_status fail(ec_error* error, ec_status status, const char* format, ...);

ec_status fail_no_memory(ec_error* error);

/* For errors after which the same call may succeed: another holder's lease ends, another version is read. */
void mark_retryable(ec_error* error);

/* The two arguments of a "%.*s". */
#define TEXT(text) (int)(text).size, (text).data

#endif
