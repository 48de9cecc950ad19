#include "conformance/port/port.h"

static const struct {
  size_t offset;
  const char* error;
} kFunctions[] = {
#define CALL(name, ...) {offsetof(proctor_host, name), "the host's table lacks " #name},
#include "conformance/port/calls.def"
#undef CALL
};

/* Where each call stands in calls.def. */
enum {
#define CALL(name, ...) kPlace_##name,
#include "conformance/port/calls.def"
#undef CALL
  kCalls
};

/* The header is written by hand to be read; these keep it and calls.def the same. */
#define CALL(name, result, parameters, ...)                                                   \
  _Static_assert(_Generic(((proctor_host*)0)->name, result(*) parameters: 1, default: 0),     \
                 #name " has another signature in calls.def than in port.h");                 \
  _Static_assert(offsetof(proctor_host, name) ==                                              \
                     offsetof(proctor_host, now_ns) + kPlace_##name * sizeof(void (*)(void)), \
                 #name " has another place in calls.def than in port.h");
#include "conformance/port/calls.def"
#undef CALL
_Static_assert(sizeof(proctor_host) ==
                   offsetof(proctor_host, now_ns) + kCalls * sizeof(void (*)(void)),
               "port.h has a call that calls.def has not");

static int Fail(const char** error, const char* message) {
  if (error != NULL) *error = message;
  return 0;
}

int proctor_host_is_complete(const proctor_host* host, const char** error) {
  if (host == NULL) return Fail(error, "there is no host");
  if (host->version != PROCTOR_PORT_VERSION)
    return Fail(error, "the host has another port version");
  if (host->size < sizeof(proctor_host))
    return Fail(error, "the host's table is shorter than the header's");
  if (host->self == NULL) return Fail(error, "the host's table lacks self");
  if (host->constants == NULL) return Fail(error, "the host's table lacks constants");
  for (size_t i = 0; i < sizeof(kFunctions) / sizeof(kFunctions[0]); ++i) {
    const char* place = (const char*)host + kFunctions[i].offset;
    if (*(void (*const*)(void))place == NULL) return Fail(error, kFunctions[i].error);
  }
  return 1;
}
