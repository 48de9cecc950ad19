#include "runtime/descriptor.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "runtime/os/linux/clock.h"
#include "runtime/runtime.h"
#include "runtime/sync.h"

namespace proctor::runtime {
namespace {

constexpr int64_t kMs = 1'000'000;

size_t OpenDescriptors() {
  size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count;
}

class DescriptorTest : public testing::TestWithParam<int32_t> {
 protected:
  // Every test leaves as many descriptors as it found.
  void Run(TaskFunction main) {
    const size_t before = OpenDescriptors();
    {
      Options options;
      options.procs = GetParam();
      Runtime runtime(options);
      runtime.Run(std::move(main));
    }
    EXPECT_EQ(OpenDescriptors(), before);
  }
};

INSTANTIATE_TEST_SUITE_P(Procs, DescriptorTest, testing::Values(1, 2, 8));

struct Pair {
  std::unique_ptr<Descriptor> a, b;
};

Pair SocketPair() {
  int ends[2];
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  return {std::make_unique<Descriptor>(ends[0]), std::make_unique<Descriptor>(ends[1])};
}

TEST_P(DescriptorTest, AReaderWaitsForItsWriter) {
  Run([] {
    Pair pair = SocketPair();
    std::atomic<bool> read = false;
    WaitGroup done(1);
    Go([&] {
      char text[16];
      EXPECT_EQ(pair.a->Read(text, sizeof text), 5);
      EXPECT_EQ(std::string(text, 5), "hello");
      read = true;
      EXPECT_EQ(pair.a->Read(text, sizeof text), 0) << "the end";
      done.Done();
    });
    for (int i = 0; i < 20; ++i) Yield();
    EXPECT_FALSE(read);
    EXPECT_EQ(pair.b->Write("hello", 5), 5);
    while (!read) SleepFor(kMs);
    pair.b->Close();
    done.Wait();
  });
}

// Far more than the socket holds, so the writer has to wait for the reader again and again.
TEST_P(DescriptorTest, WriteWritesAllOfIt) {
  constexpr size_t kBytes = 8 << 20;
  Run([] {
    Pair pair = SocketPair();
    std::string sent(kBytes, 0);
    for (size_t i = 0; i < kBytes; ++i) sent[i] = static_cast<char>(i * 31 + i / 4096);
    Go([&] {
      EXPECT_EQ(pair.b->Write(sent.data(), kBytes), static_cast<int64_t>(kBytes));
      pair.b->Close();
    });
    std::string received;
    std::vector<char> part(100'000);
    for (;;) {
      const int64_t bytes = pair.a->Read(part.data(), part.size());
      ASSERT_GE(bytes, 0);
      if (bytes == 0) break;
      received.append(part.data(), static_cast<size_t>(bytes));
    }
    EXPECT_TRUE(received == sent);
  });
}

TEST_P(DescriptorTest, TimeEndsEveryWaitAndNotBefore) {
  Run([] {
    Pair pair = SocketPair();
    char text[16];
    for (const int64_t timeout_ns : {0L, 1'000L, 1 * kMs, 5 * kMs}) {
      const int64_t begin_ns = NowNs();
      EXPECT_EQ(pair.a->Read(text, sizeof text, timeout_ns), -ETIMEDOUT);
      EXPECT_GE(NowNs() - begin_ns, timeout_ns);
    }
    // Until nothing more fits.
    const std::vector<char> much(1 << 20);
    EXPECT_EQ(pair.a->Write(much.data(), much.size(), kMs), -ETIMEDOUT);
    // It goes on as before.
    Go([&] { EXPECT_EQ(pair.a->Read(text, sizeof text, 10'000 * kMs), 2); });
    EXPECT_EQ(pair.b->Write("ok", 2, kMs), 2);
    for (int i = 0; i < 20; ++i) SleepFor(10'000);
  });
}

// Time-outs race with bytes: no byte is lost.
TEST_P(DescriptorTest, DeadlinesLoseNothing) {
  constexpr int kBytes = 3000;
  Run([] {
    Pair pair = SocketPair();
    Go([&] {
      for (int i = 0; i < kBytes; ++i) {
        if (i % 100 == 0) SleepFor(kMs);
        const char byte = static_cast<char>(i);
        ASSERT_EQ(pair.b->Write(&byte, 1), 1);
      }
    });
    int timeouts = 0;
    for (int i = 0; i < kBytes;) {
      char byte;
      const int64_t result = pair.a->Read(&byte, 1, 20'000);
      if (result == -ETIMEDOUT) {
        ++timeouts;
        continue;
      }
      ASSERT_EQ(result, 1);
      ASSERT_EQ(byte, static_cast<char>(i));
      ++i;
    }
    EXPECT_GT(timeouts, 0);
  });
}

TEST_P(DescriptorTest, ClosingEndsTheWaitsOfBothDirections) {
  Run([] {
    for (int round = 0; round < 200; ++round) {
      Pair pair = SocketPair();
      std::atomic<int> closed = 0;
      std::vector<char> much(1 << 20);
      WaitGroup done(2);
      Go([&] {
        char byte;
        closed += pair.a->Read(&byte, 1) == -EBADF;
        done.Done();
      });
      Go([&] {
        closed += pair.a->Write(much.data(), much.size()) == -EBADF;
        done.Done();
      });
      // Before, while and after they begin to wait.
      for (int i = 0; i < round % 7; ++i) Yield();
      pair.a->Close();
      done.Wait();
      EXPECT_EQ(closed, 2);
      EXPECT_EQ(pair.a->number(), -1);
      EXPECT_EQ(pair.a->WaitReadable(), -EBADF);
      pair.a->Close();
    }
  });
}

// Who comes after a close must not give it back a second time: then two others would share
// what they wait in.
TEST_P(DescriptorTest, LatecomersLeaveAClosedDescriptorAlone) {
  Run([] {
    Pair closed = SocketPair();
    char byte;
    for (auto* descriptor : {closed.a.get(), closed.b.get()}) {
      descriptor->Close();
      for (int i = 0; i < 3; ++i) EXPECT_EQ(descriptor->Read(&byte, 1), -EBADF);
    }
    Pair pairs[3] = {SocketPair(), SocketPair(), SocketPair()};
    WaitGroup done(6);
    for (Pair& pair : pairs) {
      for (auto* descriptor : {pair.a.get(), pair.b.get()}) {
        Go([&, descriptor] {
          char text[4];
          EXPECT_EQ(descriptor->Read(text, sizeof text), 1);
          done.Done();
        });
      }
    }
    for (int i = 0; i < 20; ++i) Yield();
    for (Pair& pair : pairs) {
      EXPECT_EQ(pair.a->Write("a", 1), 1);
      EXPECT_EQ(pair.b->Write("b", 1), 1);
    }
    done.Wait();
  });
}

// On one processor the reader waits by the time that the descriptor goes.
TEST(DescriptorEndTest, TheDestructorWaitsForThoseWhoUseIt) {
  Options one_processor;
  one_processor.procs = 1;
  Runtime(one_processor).Run([] {
    for (int round = 0; round < 200; ++round) {
      Pair pair = SocketPair();
      bool left = false;
      Go([&, reader = pair.a.get()] {
        char byte;
        EXPECT_EQ(reader->Read(&byte, 1), -EBADF);
        left = true;
      });
      for (int i = 0; i < 20; ++i) Yield();
      ASSERT_FALSE(left);
      pair.a.reset();
      EXPECT_TRUE(left);
    }
  });
}

TEST_P(DescriptorTest, OperationsOfOnesOwnTryFirstAndWaitThen) {
  Run([] {
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    Descriptor in(ends[0]);
    Descriptor out(ends[1]);
    EXPECT_EQ(out.WaitWritable(), 0);
    Go([&] {
      for (int i = 0; i < 1000; ++i) ASSERT_EQ(out.Write("x", 1), 1);
      out.Close();
    });
    int bytes = 0;
    for (bool end = false; !end;) {
      char byte;
      ssize_t result;
      while ((result = read(in.number(), &byte, 1)) > 0) ++bytes;
      end = result == 0;
      if (!end) {
        ASSERT_EQ(in.WaitReadable(), 0);
      }
    }
    EXPECT_EQ(bytes, 1000);
  });
}

TEST_P(DescriptorTest, ManyConnectionsAtATime) {
  constexpr int kConnections = 200;
  Run([] {
    const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ASSERT_EQ(bind(listening, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(listen(listening, kConnections), 0);
    ASSERT_EQ(getsockname(listening, reinterpret_cast<sockaddr*>(&address), &length), 0);
    Descriptor listener(listening);
    WaitGroup done(2 * kConnections);
    Go([&] {
      for (int i = 0; i < kConnections; ++i) {
        const int64_t accepted = listener.Accept();
        ASSERT_GE(accepted, 0);
        Go([&, accepted] {
          Descriptor connection(static_cast<int>(accepted));
          char text[64];
          int64_t bytes;
          while ((bytes = connection.Read(text, sizeof text)) > 0) {
            ASSERT_EQ(connection.Write(text, static_cast<size_t>(bytes)), bytes);
          }
          done.Done();
        });
      }
    });
    for (int i = 0; i < kConnections; ++i) {
      Go([&, i] {
        {
          const int number = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
          {
            SystemCall call;
            ASSERT_EQ(connect(number, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
          }
          Descriptor connection(number);
          for (int n = 0; n < 10; ++n) {
            const std::string sent = "message " + std::to_string(i * 10 + n);
            ASSERT_EQ(connection.Write(sent.data(), sent.size()),
                      static_cast<int64_t>(sent.size()));
            std::string received;
            while (received.size() < sent.size()) {
              char text[64];
              const int64_t bytes = connection.Read(text, sizeof text);
              ASSERT_GT(bytes, 0);
              received.append(text, static_cast<size_t>(bytes));
            }
            EXPECT_EQ(received, sent);
          }
        }
        done.Done();
      });
    }
    done.Wait();
  });
}

TEST_P(DescriptorTest, AFileIsAlwaysReady) {
  Run([] {
    const int number = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    ASSERT_GE(number, 0);
    Descriptor file(number);
    EXPECT_EQ(file.error(), 0);
    EXPECT_EQ(file.WaitReadable(), 0);
    char magic[4];
    ASSERT_EQ(file.Read(magic, sizeof magic), 4);
    EXPECT_EQ(std::memcmp(magic, "\177ELF", 4), 0);
  });
}

TEST_P(DescriptorTest, WhatIsNoDescriptorSaysSo) {
  Run([] {
    Descriptor none(-1);
    EXPECT_EQ(none.error(), EBADF);
    char byte;
    EXPECT_EQ(none.Read(&byte, 1), -EBADF);
    EXPECT_EQ(none.Write(&byte, 1), -EBADF);
    EXPECT_EQ(none.WaitWritable(), -EBADF);
  });
}

TEST_P(DescriptorTest, ErrorsOfTheSystemComeThrough) {
  Run([] {
    Pair pair = SocketPair();
    EXPECT_EQ(pair.a->Accept(), -EINVAL);
    char* nowhere = nullptr;
    EXPECT_EQ(pair.b->Write("x", 1), 1);
    EXPECT_EQ(pair.a->Read(nowhere, 1), -EFAULT);
  });
}

// The main task ends while others are in the middle of it.
TEST_P(DescriptorTest, WhatTasksLeaveBehindIsClosedWithTheRuntime) {
  Run([] {
    std::atomic<int> waiting = 0;
    for (int i = 0; i < 20; ++i) {
      Go([&] {
        // On its stack: nobody destroys anything else that it has either.
        int ends[2];
        ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        Descriptor near(ends[0]);
        const Descriptor far(ends[1]);
        ++waiting;
        char byte;
        near.Read(&byte, 1);
      });
    }
    while (waiting < 20) Yield();
  });
}

using DescriptorDeathTest = DescriptorTest;
INSTANTIATE_TEST_SUITE_P(Procs, DescriptorDeathTest, testing::Values(1));

TEST_P(DescriptorDeathTest, OneReaderAtATime) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(Run([] {
                 Pair pair = SocketPair();
                 Go([&] { pair.a->WaitReadable(); });
                 Yield();
                 pair.a->WaitReadable();
               }),
               "two tasks wait for the same direction of descriptor");
}

}  // namespace
}  // namespace proctor::runtime
