#include "conformance/command/grade.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "conformance/evidence/chrome.h"
#include "conformance/evidence/trace.h"
#include "conformance/judge/panel.h"

namespace proctor {
namespace {

std::string CannotOpen(const std::string& path) {
  return fmt::format("{}: cannot be opened: {}", path, std::strerror(errno));
}

}  // namespace

std::optional<Grade> GradeTrace(const std::string& path, std::optional<Profile> profile,
                                std::string& why) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    why = CannotOpen(path);
    return std::nullopt;
  }
  TraceReader reader(stream, path);
  std::optional<Header> header = reader.ReadHeader();
  if (!header) {
    why = reader.error();
    return std::nullopt;
  }
  if (profile) header->profile = *profile;

  Grade grade{.header = *header};
  Panel panel(*header);
  while (const std::optional<Event> event = reader.Next()) {
    panel.Observe(*event);
    ++grade.events;
  }
  grade.error = reader.error();
  grade.rulings = panel.Close();
  return grade;
}

bool StoreTrace(const std::string& path, const Header& header, const std::vector<Event>& events,
                bool with_chrome, std::string& why) {
  std::ofstream stream(path, std::ios::binary);
  TraceWriter writer(stream, header);
  for (const Event& event : events) writer.Write(event);
  stream.close();
  if (!stream) {
    why = fmt::format("{}: cannot be written: {}", path, std::strerror(errno));
    return false;
  }
  if (!with_chrome) return true;

  const std::string chrome_path = path.substr(0, path.rfind(".jsonl")) + ".chrome.json";
  std::ofstream chrome_stream(chrome_path, std::ios::binary);
  ChromeWriter chrome(chrome_stream, header);
  for (const Event& event : events) chrome.Write(event);
  chrome.Close();
  chrome_stream.close();
  if (!chrome_stream) why = fmt::format("{}: cannot be written", chrome_path);
  return why.empty();
}

}  // namespace proctor
