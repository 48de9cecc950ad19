// An echo server with a task for each connection. Thousands of connections share a few threads.
//
//     echo_server [PORT [CONNECTIONS]]
//
// PORT 0, the default, takes any free one. After CONNECTIONS it ends; without that number,
// never. A connection that says nothing for ten seconds is closed.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "runtime/descriptor.h"
#include "runtime/runtime.h"
#include "runtime/sync.h"

namespace {

using proctor::runtime::Descriptor;
using proctor::runtime::Go;
using proctor::runtime::Runtime;
using proctor::runtime::WaitGroup;

constexpr int64_t kSilenceMostNs = 10'000'000'000;

// Negative: it could not be had.
int Listen(uint16_t port) {
  const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listening < 0) return -1;
  const int on = 1;
  setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (bind(listening, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      listen(listening, SOMAXCONN) != 0 ||
      getsockname(listening, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    return -1;
  }
  std::printf("listening on port %d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return listening;
}

// How many bytes were echoed.
int64_t Echo(int number) {
  Descriptor connection(number);
  int64_t echoed = 0;
  char bytes[4096];
  for (;;) {
    const int64_t count = connection.Read(bytes, sizeof bytes, kSilenceMostNs);
    if (count <= 0) return echoed;
    if (connection.Write(bytes, static_cast<size_t>(count), kSilenceMostNs) < 0) return echoed;
    echoed += count;
  }
}

int Serve(int listening, int64_t connections) {
  Descriptor listener(listening);
  std::atomic<int64_t> bytes = 0;
  WaitGroup served;
  for (int64_t i = 0; i < connections || connections < 0; ++i) {
    const int64_t number = listener.Accept();
    if (number < 0) {
      std::fprintf(stderr, "echo_server: cannot accept: %s\n",
                   std::strerror(static_cast<int>(-number)));
      return 1;
    }
    served.Add(1);
    Go([&, number] {
      bytes += Echo(static_cast<int>(number));
      served.Done();
    });
  }
  served.Wait();
  std::printf("served %ld connections, %ld bytes\n", static_cast<long>(connections),
              static_cast<long>(bytes));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  // Who hangs up early is no reason to end.
  std::signal(SIGPIPE, SIG_IGN);
  const int listening = Listen(argc > 1 ? static_cast<uint16_t>(std::atoi(argv[1])) : 0);
  if (listening < 0) {
    std::fprintf(stderr, "echo_server: cannot listen: %s\n", std::strerror(errno));
    return 1;
  }
  const int64_t connections = argc > 2 ? std::atoll(argv[2]) : -1;
  int status = 0;
  Runtime runtime;
  runtime.Run([&] { status = Serve(listening, connections); });
  return status;
}
