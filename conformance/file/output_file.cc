#include "conformance/file/output_file.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "conformance/process/temporary_paths.h"

namespace proctor {

OutputFile::OutputFile(std::string path) : path_(std::move(path)) {
  std::string aside = path_ + ".XXXXXX";
  const int descriptor = mkstemp(aside.data());
  if (descriptor < 0) {
    open_errno_ = errno;
    return;
  }
  // mkstemp makes files that only their owner may read.
  const mode_t mask = umask(0);
  umask(mask);
  fchmod(descriptor, 0666 & ~mask);
  close(descriptor);
  aside_ = std::move(aside);
  AddTemporaryPath(aside_);
  errno = 0;
  stream_.open(aside_, std::ios::binary);
  if (!stream_) open_errno_ = errno != 0 ? errno : EIO;
}

OutputFile::~OutputFile() {
  if (aside_.empty()) return;
  unlink(aside_.c_str());
  ForgetTemporaryPath(aside_);
}

bool OutputFile::Commit(std::string& error) {
  errno = open_errno_;
  if (open_errno_ == 0) {
    stream_.close();
    if (stream_ && rename(aside_.c_str(), path_.c_str()) == 0) {
      ForgetTemporaryPath(aside_);
      aside_.clear();
      return true;
    }
  }
  // A stream does not keep the reason of a write that failed before.
  error = fmt::format("{}: cannot be written: {}", path_,
                      errno != 0 ? std::strerror(errno) : "no space, or a limit of file sizes");
  return false;
}

bool WriteWholeFile(const std::string& path, std::string_view contents, std::string& error) {
  OutputFile file(path);
  file.stream().write(contents.data(), static_cast<std::streamsize>(contents.size()));
  return file.Commit(error);
}

}  // namespace proctor
