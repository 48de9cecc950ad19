#include "conformance/campaign/grade.h"

#include "conformance/evidence/chrome.h"
#include "conformance/evidence/trace.h"
#include "conformance/file/input_file.h"
#include "conformance/file/output_file.h"
#include "conformance/judge/panel.h"

namespace proctor {
namespace {

// Beyond that the page that shows them gives up, and writing them takes longer than judging.
constexpr size_t kChromeEventsMost = 500'000;

}  // namespace

std::optional<Grade> GradeTrace(const std::string& path, std::optional<Profile> profile,
                                std::string& error) {
  const std::unique_ptr<InputFile> file = InputFile::Open(path, error);
  if (!file) return std::nullopt;
  InputStream stream(*file);
  TraceReader reader(stream, path);
  std::optional<Header> header = reader.ReadHeader();
  if (!header) {
    error = file->error().empty() ? reader.error() : file->error();
    return std::nullopt;
  }
  if (profile) header->profile = *profile;

  Grade grade{.header = *header};
  Panel panel(*header);
  CadenceRecorder recorder;
  while (const std::optional<Event> event = reader.Next()) {
    panel.Observe(*event);
    recorder.Observe(*event);
    ++grade.events;
  }
  grade.error = file->error().empty() ? reader.error() : file->error();
  grade.ignored = reader.ignored();
  grade.rulings = panel.Close();
  grade.cadence = recorder.cadence("");
  grade.noise = recorder.noise();
  return grade;
}

bool StoreTrace(const std::string& path, const Header& header, const std::vector<Event>& events,
                bool with_chrome, std::string& error) {
  OutputFile file(path);
  TraceWriter writer(file.stream(), header);
  for (const Event& event : events) writer.Write(event);
  if (!file.Commit(error)) return false;
  if (!with_chrome || events.size() > kChromeEventsMost) return true;

  OutputFile chrome_file(path.substr(0, path.rfind(".jsonl")) + ".chrome.json");
  ChromeWriter chrome(chrome_file.stream(), header);
  for (const Event& event : events) chrome.Write(event);
  chrome.Close();
  return chrome_file.Commit(error);
}

}  // namespace proctor
