// Files written aside and renamed when they are whole, so that nobody ever finds a half-written one
// under its name. One that is not whole when the program ends in haste is removed
// (process/temporary_paths.h).
//
// Errors: one line that starts with the file's name and ends with the system's reason. Nothing here
// throws.
//
// Thread safety: none; one thread at a time per object.

#ifndef PROCTOR_CONFORMANCE_FILE_OUTPUT_FILE_H_
#define PROCTOR_CONFORMANCE_FILE_OUTPUT_FILE_H_

#include <fstream>
#include <ostream>
#include <string>
#include <string_view>

namespace proctor {

class OutputFile {
 public:
  // Opens a file beside `path`. What goes wrong is said by Commit.
  explicit OutputFile(std::string path);
  ~OutputFile();  // what was not committed is gone
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  std::ostream& stream() { return stream_; }

  // Closes the file and gives it its name; false: `error`. Once.
  bool Commit(std::string& error);

 private:
  const std::string path_;
  std::string aside_;  // empty: there is none
  int open_errno_ = 0;
  std::ofstream stream_;
};

// Replaces the file's contents; false: `error`, and the file is as it was.
bool WriteWholeFile(const std::string& path, std::string_view contents, std::string& error);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_FILE_OUTPUT_FILE_H_
