// Stored evidence: JSON lines. The first line is the header, every further line one event:
//
//   {"schema":"proctor-trace/1","maker":"observer","implementation":"go","version":"go1.19.8",
//    "clock":"CLOCK_MONOTONIC","tiers":"O,X","profile":"go1.20","from_start":true,
//    "emits":["shallow_sleep",...],"scenario":"idle","seed":"1","asked":{...},"in_force":{...},
//    "promises":{"preemption":"none"}}                        only those that are declared absent
//   {"t":12000345,"e":"shallow_sleep","m":3,"duration_ns":20000}
//
// Times never go backwards. m, p and g stand only where they are not -1. Reading and writing
// stream: memory does not grow with the length of the trace. A line is at most kLineBytesMost long.
//
// Errors: every reader function reports the first thing wrong as one line that names the place
// ("trace.jsonl:17: times go backwards (5 ns after 9 ns)"); it never throws and never aborts.
//
// Thread safety: none; one thread at a time.

#ifndef PROCTOR_CONFORMANCE_EVIDENCE_TRACE_H_
#define PROCTOR_CONFORMANCE_EVIDENCE_TRACE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "conformance/evidence/event.h"
#include "conformance/evidence/header.h"

namespace proctor {

inline constexpr std::string_view kTraceSchema = "proctor-trace/1";
inline constexpr size_t kLineBytesMost = 1 << 20;

class TraceReader {
 public:
  // `name` stands in error messages. The stream outlives the reader.
  TraceReader(std::istream& stream, std::string name);

  // Reads the header; nullopt: error() says why. To be called once, before Next.
  std::optional<Header> ReadHeader();

  // The next event; nullopt at the end and after an error.
  std::optional<Event> Next();

  // Empty while all is well.
  const std::string& error() const { return error_; }

  // Members of the header and of events that are unknown here, and were ignored; each once.
  const std::set<std::string>& ignored() const { return ignored_; }

 private:
  bool ReadLine();
  void Fail(const std::string& what);

  std::istream& stream_;
  std::string name_;
  std::string buffer_;
  std::string_view line_;  // in buffer_
  std::string error_;
  std::set<std::string> ignored_;
  int64_t line_number_ = 0;
  int64_t last_time_ns_ = INT64_MIN;
};

class TraceWriter {
 public:
  // Writes the header at once. The stream outlives the writer; the caller checks it for failure at
  // the end.
  TraceWriter(std::ostream& stream, const Header& header);
  void Write(const Event& event);

 private:
  std::ostream& stream_;
  std::string line_;
};

// One event as its JSON line, without the newline; and back. nullopt: `error`. `ignored` gets the
// members that are unknown here ("gap.colour"), where it is not nullptr.
void FormatEvent(const Event& event, std::string& line);
std::optional<Event> ParseEvent(std::string_view line, std::string& error,
                                std::set<std::string>* ignored = nullptr);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_EVIDENCE_TRACE_H_
