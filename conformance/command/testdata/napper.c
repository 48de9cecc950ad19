/* napper HOW MICROSECONDS [LIBRARY]: a program with a thread that naps; it loads a library when
   that has gone on for a while. */
#include <dlfcn.h>
#include <stdio.h>

#include "conformance/command/testdata/naps.h"

int main(int argc, char** argv) {
  if (argc < 3) return 64;
  start_napping(argv[1], atol(argv[2]));
  if (argc > 3) {
    const struct timespec a_while = {0, 300 * 1000 * 1000};
    nanosleep(&a_while, NULL);
    if (dlopen(argv[3], RTLD_NOW | RTLD_LOCAL) == NULL) {
      fprintf(stderr, "%s\n", dlerror());
      return 1;
    }
  }
  for (;;) pause();
}
