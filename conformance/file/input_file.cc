#include "conformance/file/input_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "conformance/process/process.h"

namespace proctor {
namespace {

constexpr size_t kBlockBytes = 1 << 16;

std::string_view KindOf(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  return "a socket";
}

}  // namespace

std::unique_ptr<InputFile> InputFile::Open(const std::string& path, std::string& error) {
  if (path.find('\0') != std::string::npos) {
    error = "a file's name must not hold NUL bytes";
    return nullptr;
  }
  // A FIFO without a writer must not make the open wait, nor may a terminal become ours.
  const int descriptor = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  struct stat info{};
  if (descriptor < 0 || fstat(descriptor, &info) != 0) {
    error = fmt::format("{}: cannot be opened: {}", path, std::strerror(errno));
    if (descriptor >= 0) close(descriptor);
    return nullptr;
  }
  if (!S_ISREG(info.st_mode) && !S_ISFIFO(info.st_mode)) {
    error = fmt::format("{}: is {}; give a regular file", path, KindOf(info.st_mode));
    close(descriptor);
    return nullptr;
  }
  return std::unique_ptr<InputFile>(
      new InputFile(path, descriptor, S_ISFIFO(info.st_mode), static_cast<size_t>(info.st_size)));
}

InputFile::~InputFile() { close(descriptor_); }

bool InputFile::WaitForPipe() {
  const int64_t deadline_ns = MonotonicNowNs() + kPipeSilenceMs * 1'000'000;
  while (true) {
    const int64_t left_ms = (deadline_ns - MonotonicNowNs()) / 1'000'000;
    if (left_ms <= 0) {
      error_ = fmt::format("{}: nothing came out of this pipe for {} ms", path_, kPipeSilenceMs);
      return false;
    }
    pollfd readable{.fd = descriptor_, .events = POLLIN, .revents = 0};
    if (poll(&readable, 1, static_cast<int>(left_ms)) > 0) return true;
  }
}

ptrdiff_t InputFile::Read(char* bytes, size_t size) {
  while (true) {
    if (is_pipe_ && !WaitForPipe()) return -1;
    const ssize_t got = read(descriptor_, bytes, size);
    if (got >= 0) return got;
    if (errno == EINTR || errno == EAGAIN) continue;
    error_ = fmt::format("{}: cannot be read: {}", path_, std::strerror(errno));
    return -1;
  }
}

InputStream::InputStream(InputFile& file)
    : std::istream(static_cast<std::streambuf*>(this)), file_(file), block_(kBlockBytes) {}

std::streambuf::int_type InputStream::underflow() {
  const ptrdiff_t got = file_.Read(block_.data(), block_.size());
  if (got <= 0) return std::streambuf::traits_type::eof();
  setg(block_.data(), block_.data(), block_.data() + got);
  return std::streambuf::traits_type::to_int_type(block_[0]);
}

std::optional<std::string> ReadWholeFile(const std::string& path, std::string& error,
                                         size_t bytes_most) {
  const std::unique_ptr<InputFile> file = InputFile::Open(path, error);
  if (!file) return std::nullopt;
  const auto too_large = [&] {
    error = fmt::format("{}: is larger than {} bytes, the most that such a file may have", path,
                        bytes_most);
    return std::nullopt;
  };
  if (file->size() > bytes_most) return too_large();
  std::string contents;
  while (true) {
    const size_t before = contents.size();
    contents.resize(before + kBlockBytes);
    const ptrdiff_t got = file->Read(contents.data() + before, kBlockBytes);
    contents.resize(before + static_cast<size_t>(got > 0 ? got : 0));
    if (got < 0) {
      error = file->error();
      return std::nullopt;
    }
    if (got == 0) return contents;
    if (contents.size() > bytes_most) return too_large();
  }
}

}  // namespace proctor
