#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

ec_status fail(ec_error* error, ec_status status, const char* format, ...) {
  if (error == NULL) return status;
  char text[1024] = "";
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);

  size_t size = strlen(text);
  if (size >= sizeof error->message) {
    size = sizeof error->message - 1;
    while (size > 0 && ((unsigned char)text[size] & 0xC0U) == 0x80U) --size;
  }
  error->code = status;
  error->flags = 0;
  error->conflict_index = 0;
  error->expected_version = 0;
  error->actual_version = 0;
  error->native_code[0] = '\0';
  memcpy(error->message, text, size);
  error->message[size] = '\0';
  return status;
}

ec_status fail_no_memory(ec_error* error) { return fail(error, EC_NO_MEMORY, "out of memory"); }

void mark_retryable(ec_error* error) {
  if (error != NULL) error->flags |= EC_ERROR_RETRYABLE;
}
