// Files that a user names, read within limits: regular files, and pipes up to a deadline. A folder,
// a device or a socket is refused before a byte is read.
//
// Errors: one line that starts with the file's name and ends with the system's reason or the
// remedy. Nothing here throws.
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_FILE_INPUT_FILE_H_
#define PROCTOR_CONFORMANCE_FILE_INPUT_FILE_H_

#include <cstddef>
#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <streambuf>
#include <string>
#include <vector>

namespace proctor {

// More than any file has that is read whole.
inline constexpr size_t kWholeFileBytesMost = 64 << 20;
// A pipe that is silent for longer is given up.
inline constexpr int64_t kPipeSilenceMs = 5'000;

class InputFile {
 public:
  // nullptr: `error`.
  static std::unique_ptr<InputFile> Open(const std::string& path, std::string& error);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  // Up to `size` bytes; 0 at the end; -1: error() says why.
  ptrdiff_t Read(char* bytes, size_t size);

  const std::string& path() const { return path_; }
  size_t size() const { return size_; }                // as it was opened; 0 of a pipe
  const std::string& error() const { return error_; }  // empty while all is well

 private:
  InputFile(std::string path, int descriptor, bool is_pipe, size_t size)
      : path_(std::move(path)), descriptor_(descriptor), is_pipe_(is_pipe), size_(size) {}
  bool WaitForPipe();

  const std::string path_;
  const int descriptor_;
  const bool is_pipe_;
  const size_t size_;
  std::string error_;
};

// An InputFile as a stream. A read error ends the stream as if the file ended there; file.error()
// is how the two differ.
class InputStream : private std::streambuf, public std::istream {
 public:
  explicit InputStream(InputFile& file);

 private:
  std::streambuf::int_type underflow() override;

  InputFile& file_;
  std::vector<char> block_;
};

// The file's contents; nullopt: `error`.
std::optional<std::string> ReadWholeFile(const std::string& path, std::string& error,
                                         size_t bytes_most = kWholeFileBytesMost);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_FILE_INPUT_FILE_H_
