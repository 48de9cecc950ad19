#include "runtime/base/panic.h"

#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>

namespace proctor::runtime {

void Panic(const char* format, ...) {
  char line[512];
  const int start = std::snprintf(line, sizeof line, "proctor runtime: ");
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(line + start, sizeof line - static_cast<size_t>(start) - 1, format, arguments);
  va_end(arguments);
  size_t length = 0;
  while (line[length] != 0) ++length;
  line[length++] = '\n';
  // Not through stdio: its lock may be held by the code that was interrupted.
  if (write(STDERR_FILENO, line, length) < 0) {
  }
  std::abort();
}

}  // namespace proctor::runtime
