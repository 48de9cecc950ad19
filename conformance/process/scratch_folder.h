// A folder for what is needed only while this program runs. It is gone with its object.
//
// Errors: one line. Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_PROCESS_SCRATCH_FOLDER_H_
#define PROCTOR_CONFORMANCE_PROCESS_SCRATCH_FOLDER_H_

#include <optional>
#include <string>

namespace proctor {

class ScratchFolder {
 public:
  // Makes one in TMPDIR, or in `parent` where that is given. nullopt: `error`.
  static std::optional<ScratchFolder> Make(std::string& error, const std::string& parent = "");
  ScratchFolder(ScratchFolder&& other) noexcept;
  ScratchFolder& operator=(ScratchFolder&&) = delete;
  ~ScratchFolder();

  const std::string& path() const { return path_; }

 private:
  explicit ScratchFolder(std::string path);

  std::string path_;  // empty: moved away
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_PROCESS_SCRATCH_FOLDER_H_
