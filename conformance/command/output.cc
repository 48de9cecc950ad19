#include "conformance/command/output.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "conformance/report/exit_status.h"
#include "conformance/report/foreign_text.h"
#include "conformance/report/render.h"

namespace proctor {
namespace {

int print_error = 0;  // errno of the first print that failed

int TerminalWidth() {
  winsize size{};
  constexpr int kDefault = 120;
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kDefault;
}

// 0, or errno.
int WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = write(descriptor, text.data(), text.size());
    if (put >= 0) {
      text.remove_prefix(static_cast<size_t>(put));
    } else if (errno == EAGAIN) {
      pollfd writable{.fd = descriptor, .events = POLLOUT, .revents = 0};
      poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

void SayOldFiles(const OutputFolder& folder) {
  const std::vector<std::string> old = folder.OldFiles();
  if (old.empty()) return;
  constexpr size_t kNamed = 5;
  std::string names;
  for (size_t i = 0; i < old.size() && i < kNamed; ++i) {
    names += (names.empty() ? "" : ", ") + old[i];
  }
  if (old.size() > kNamed) names += ", ...";
  Say(fmt::format("{}: {} {} an earlier run's: {}", folder.path(), old.size(),
                  old.size() == 1 ? "file is" : "files are", names));
}

}  // namespace

void PrepareOutput() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    // A file opened later would get the number, and what is printed would go into it. Opened for
    // the wrong direction, so that what is printed there still fails.
    if (fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
    if (open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) _exit(kExitFailed);
  }
  // A handler, as what is ignored would stay ignored in every program started from here.
  struct sigaction action{};
  action.sa_handler = [](int) {};
  sigaction(SIGPIPE, &action, nullptr);
  sigaction(SIGXFSZ, &action, nullptr);
}

bool Print(std::string_view text) {
  if (print_error == 0) print_error = WriteAll(STDOUT_FILENO, text);
  return print_error == 0;
}

int FinishOutput(int status) {
  if (print_error == 0) return status;
  Say(fmt::format("standard output cannot be written: {}", std::strerror(print_error)));
  return kExitFailed;
}

int Publish(const Results& results, const OutputFolder& folder, std::string_view preface) {
  ShowProgress("");
  int status = results.exit_status;
  if (folder.kept()) {
    for (const std::string& error : folder.WriteReports(results)) {
      Say(error);
      status = kExitFailed;
    }
    SayOldFiles(folder);
  }
  Print(preface);
  std::optional<Results> failed;  // what is printed last is the status that this ends with
  if (status != results.exit_status) {
    failed = results;
    failed->exit_status = status;
  }
  Print(RenderTable(failed ? *failed : results,
                    {.colour = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr,
                     .width = TerminalWidth()}));
  return status;
}

void ShowProgress(std::string_view line) {
  if (isatty(STDERR_FILENO) != 1) return;
  WriteAll(STDERR_FILENO, "\r\033[K" + Clean(line, Medium::kTerminal));
}

void Say(std::string_view what) {
  ShowProgress("");
  WriteAll(STDERR_FILENO, fmt::format("proctor: {}\n", Clean(what, Medium::kTerminal)));
}

}  // namespace proctor
