/* Changes whatever it can in its process, once. */

#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "conformance/port/port.h"

static void* wait_for_ever(void* argument) {
  for (;;) pause();
  return argument;
}

static void change_everything(void) {
  pthread_t thread;
  struct rlimit files;
  if (pthread_create(&thread, NULL, wait_for_ever, NULL) != 0) abort();
  if (fork() == 0) wait_for_ever(NULL);
  if (chdir("/") != 0) abort();
  setenv("CARELESS", "1", 1);
  signal(SIGUSR1, SIG_IGN);
  getrlimit(RLIMIT_NOFILE, &files);
  --files.rlim_cur;
  setrlimit(RLIMIT_NOFILE, &files);
  close(STDERR_FILENO);
}

static void run(const proctor_host* host, void* argument) {
  static int done;
  (void)argument;
  if (!done++) change_everything();
  while (host->sleep_ns(host->self, host->constants->shallow_min_ns) == 0) {
  }
}

const proctor_implementation* proctor_implementation_under_test(void) {
  static const proctor_implementation implementation = {PROCTOR_PORT, "careless", "1", run, NULL};
  return &implementation;
}
