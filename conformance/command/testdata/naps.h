/* A thread that naps for ever, in one of the ways in which threads of C do.

   Thread safety: for the main thread, once. */
#ifndef PROCTOR_CONFORMANCE_COMMAND_TESTDATA_NAPS_H_
#define PROCTOR_CONFORMANCE_COMMAND_TESTDATA_NAPS_H_

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

struct naps {
  char how[32];
  long us;
};

static void nap_once(const char* how, long us, int descriptor) {
  static int word;
  const struct timespec span = {us / 1000000, us % 1000000 * 1000};
  uint64_t fired;
  struct epoll_event event;
  if (strcmp(how, "clock_nanosleep") == 0) {
    clock_nanosleep(CLOCK_MONOTONIC, 0, &span, NULL);
  } else if (strcmp(how, "futex") == 0) {
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &span, NULL, 0);
  } else if (strcmp(how, "epoll") == 0) {
    epoll_wait(descriptor, &event, 1, (int)(us / 1000));
  } else if (strcmp(how, "timerfd") == 0) {
    if (read(descriptor, &fired, sizeof fired) < 0) exit(1);
  } else if (strcmp(how, "poll") == 0) {
    syscall(SYS_ppoll, NULL, 0, &span, NULL, 0);
  } else {
    nanosleep(&span, NULL);
  }
}

static void* nap_for_ever(void* argument) {
  const struct naps* naps = (const struct naps*)argument;
  const struct timespec every = {naps->us / 1000000, naps->us % 1000000 * 1000};
  const struct itimerspec timer = {every, every};
  int descriptor = -1;
  if (strcmp(naps->how, "epoll") == 0) descriptor = epoll_create1(0);
  if (strcmp(naps->how, "timerfd") == 0) {
    descriptor = timerfd_create(CLOCK_MONOTONIC, 0);
    timerfd_settime(descriptor, 0, &timer, NULL);
  }
  for (;;) nap_once(naps->how, naps->us, descriptor);
  return NULL;
}

static void start_napping(const char* how, long us) {
  static struct naps naps;
  pthread_t thread;
  strncpy(naps.how, how, sizeof naps.how - 1);
  naps.us = us;
  if (pthread_create(&thread, NULL, nap_for_ever, &naps) != 0) exit(1);
}

#endif /* PROCTOR_CONFORMANCE_COMMAND_TESTDATA_NAPS_H_ */
