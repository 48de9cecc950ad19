// Chrome trace JSON from evidence: the file opens in the Perfetto page, with a track per M, per P
// and per task. Sleeps and operations are slices; everything else is an instant with its arguments.
//
// Thread safety: none.

#ifndef PROCTOR_CONFORMANCE_EVIDENCE_CHROME_H_
#define PROCTOR_CONFORMANCE_EVIDENCE_CHROME_H_

#include <cstdint>
#include <iosfwd>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "conformance/evidence/event.h"
#include "conformance/evidence/header.h"

namespace proctor {

class ChromeWriter {
 public:
  // The stream outlives the writer; the caller checks it for failure at the end.
  ChromeWriter(std::ostream& stream, const Header& header);
  void Write(const Event& event);
  void Close();  // once, after the last event

 private:
  struct Track {
    int process;
    int64_t thread;
    std::string_view prefix;
  };

  Track TrackOf(const Event& event) const;
  void NameTrack(const Track& track);
  void WriteObject(const std::string& object);

  std::ostream& stream_;
  bool first_ = true;
  std::set<std::pair<int, int64_t>> named_;
};

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_EVIDENCE_CHROME_H_
