#include "conformance/debug_information/snapshot_reader.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <climits>
#include <cstring>
#include <fstream>

namespace proctor {
namespace {

// Numbers no farther apart are read as one piece.
constexpr uint64_t kGapMost = 256;
// The list of processors moves when their number changes, and rarely twice in a row.
constexpr int kAttemptsMost = 4;

uint64_t ElementsOf(const PlacedList& list, uint64_t first, uint64_t length) {
  if (!list.ends_at_address) return length;
  return list.element_bytes == 0 || length < first ? 0 : (length - first) / list.element_bytes;
}

bool IsSameFile(const std::string& path, const std::string& other) {
  struct stat first{};
  struct stat second{};
  return stat(path.c_str(), &first) == 0 && stat(other.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

// Where the program's first segment is mapped; nullopt: nowhere.
std::optional<uint64_t> MappedAt(pid_t process, const std::string& program) {
  struct stat file{};
  if (stat(program.c_str(), &file) != 0) return std::nullopt;
  std::ifstream maps(fmt::format("/proc/{}/maps", process));
  std::string line;
  while (std::getline(maps, line)) {
    // "start-end mode offset device inode path"
    uint64_t start = 0;
    std::from_chars(line.data(), line.data() + line.size(), start, 16);
    size_t at = 0;
    for (int field = 0; field < 4 && at != std::string::npos; ++field) at = line.find(' ', at + 1);
    if (at == std::string::npos) continue;
    uint64_t inode = 0;
    const char* const number = line.data() + at + 1;
    std::from_chars(number, line.data() + line.size(), inode);
    if (inode == file.st_ino) return start;
  }
  return std::nullopt;
}

}  // namespace

std::optional<uint64_t> BiasOf(const Layout& layout, pid_t process, std::string& error) {
  if (!IsSameFile(fmt::format("/proc/{}/exe", process), layout.program)) {
    error = fmt::format("process {} does not run {}, whose debug information was read", process,
                        layout.program);
    return std::nullopt;
  }
  if (!layout.moves) return 0;
  constexpr uint64_t kPage = 4096;
  const std::optional<uint64_t> mapped = MappedAt(process, layout.program);
  if (mapped) return *mapped - layout.linked_at / kPage * kPage;
  error = fmt::format("process {}: {} is not mapped", process, layout.program);
  return std::nullopt;
}

SnapshotReader::SnapshotReader(const Layout& layout, pid_t process, uint64_t bias)
    : layout_(layout), process_(process), bias_(bias) {}

bool SnapshotReader::ReadBytes(uint64_t address, void* to, size_t bytes) const {
  const iovec local{.iov_base = to, .iov_len = bytes};
  const iovec remote{.iov_base = reinterpret_cast<void*>(address), .iov_len = bytes};
  return address != 0 &&
         process_vm_readv(process_, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(bytes);
}

template <typename Each>
void SnapshotReader::EachSpot(const Each& each) {
  each(first_);
  each(length_);
  const auto all = [&](std::vector<PlannedVariable>& variables) {
    for (PlannedVariable& variable : variables) {
      for (Spot& spot : variable.spots) each(spot);
    }
  };
  all(globals_);
  for (auto& variables : of_processors_) all(variables);
}

size_t SnapshotReader::AddPiece(uint64_t address, size_t bytes) {
  piece_at_.push_back(buffer_.size());
  buffer_.resize(buffer_.size() + bytes);
  pieces_.push_back({.iov_base = reinterpret_cast<void*>(address), .iov_len = bytes});
  return piece_at_.back();
}

std::vector<SnapshotReader::Range> SnapshotReader::AddRanges(
    const std::vector<PlacedVariable>& variables, uint64_t base) {
  std::vector<Range> numbers;
  const auto add = [&](const std::vector<Place>& places) {
    for (const Place& place : places) {
      if (place.hops.empty()) numbers.push_back({.start = place.start, .bytes = place.size});
    }
  };
  for (const PlacedVariable& variable : variables) {
    add(variable.places);
    add(variable.minus);
    add(variable.present);
  }
  std::ranges::sort(numbers, {}, &Range::start);
  std::vector<Range> ranges;
  for (const Range& number : numbers) {
    if (!ranges.empty() && number.start <= ranges.back().start + ranges.back().bytes + kGapMost) {
      Range& last = ranges.back();
      last.bytes = std::max(last.bytes, number.start + number.bytes - last.start);
    } else {
      ranges.push_back(number);
    }
  }
  for (Range& range : ranges) range.at = AddPiece(base + range.start, range.bytes);
  return ranges;
}

std::vector<SnapshotReader::PlannedVariable> SnapshotReader::PlanDirect(
    const std::vector<PlacedVariable>& variables, uint64_t base) {
  const std::vector<Range> ranges = AddRanges(variables, base);
  std::vector<PlannedVariable> planned;
  for (const PlacedVariable& variable : variables) {
    PlannedVariable& added = planned.emplace_back(PlannedVariable{&variable, {}});
    for (const auto* places : {&variable.places, &variable.minus, &variable.present}) {
      for (const Place& place : *places) {
        Spot& spot = added.spots.emplace_back(Spot{.place = &place, .base = base});
        if (!place.hops.empty()) continue;
        const auto range = std::ranges::find_if(ranges, [&](const Range& candidate) {
          return place.start >= candidate.start && place.start < candidate.start + candidate.bytes;
        });
        spot.at = range->at + (place.start - range->start);
      }
    }
  }
  return planned;
}

void SnapshotReader::PlanHops(Spot& spot) {
  if (spot.place->hops.empty()) return;
  for (size_t i = 0; i <= spot.place->hops.size(); ++i) {
    const bool is_number = i == spot.place->hops.size();
    spot.stops.push_back({.address = 0, .piece = pieces_.size()});
    spot.at = AddPiece(0, is_number ? spot.place->size : sizeof(uint64_t));
  }
  Chase(spot);
}

// Goes along the pointers, one read each, and keeps where they lead.
void SnapshotReader::Chase(Spot& spot) {
  uint64_t address = spot.base + spot.place->start;
  for (size_t i = 0; i < spot.stops.size(); ++i) {
    Stop& stop = spot.stops[i];
    iovec& piece = pieces_[stop.piece];
    const bool is_number = i + 1 == spot.stops.size();
    const size_t bytes = is_number ? spot.place->size : sizeof(uint64_t);
    std::byte* const to = buffer_.data() + piece_at_[stop.piece];
    if (address == 0 || !ReadBytes(address, to, bytes)) {
      address = 0;
      std::memset(to, 0, bytes);
    }
    stop.address = address;
    piece = {.iov_base = reinterpret_cast<void*>(address), .iov_len = address == 0 ? 0 : bytes};
    if (is_number || address == 0) continue;
    uint64_t pointer = 0;
    std::memcpy(&pointer, to, sizeof pointer);
    address = pointer == 0 ? 0 : pointer + static_cast<uint64_t>(spot.place->hops[i]);
  }
}

bool SnapshotReader::Plan() {
  planned_ = false;
  pieces_.clear();
  piece_at_.clear();
  buffer_.clear();
  processors_.clear();
  of_processors_.clear();
  const PlacedList& list = layout_.processors;
  first_ = {.place = &list.first, .base = bias_};
  length_ = {.place = &list.length, .base = bias_};
  for (Spot* spot : {&first_, &length_}) {
    if (spot->place->hops.empty())
      spot->at = AddPiece(bias_ + spot->place->start, sizeof(uint64_t));
  }
  globals_ = PlanDirect(layout_.variables, bias_);
  // The list as it is now.
  Spot first{.place = &list.first, .base = bias_};
  Spot length{.place = &list.length, .base = bias_};
  uint64_t ends[2] = {};
  int i = 0;
  for (Spot* spot : {&first, &length}) {
    uint64_t address = bias_ + spot->place->start;
    for (const int64_t hop : spot->place->hops) {
      uint64_t pointer = 0;
      if (!ReadBytes(address, &pointer, sizeof pointer) || pointer == 0) return false;
      address = pointer + static_cast<uint64_t>(hop);
    }
    if (!ReadBytes(address, &ends[i++], sizeof(uint64_t))) return false;
  }
  list_first_ = ends[0];
  const uint64_t count = ElementsOf(list, ends[0], ends[1]);
  if (count > kProcessorsMost) return false;
  processors_.resize(count);
  if (list.of_pointers && count > 0) {
    const size_t bytes = count * sizeof(uint64_t);
    if (!ReadBytes(list_first_, processors_.data(), bytes)) return false;
    list_at_ = AddPiece(list_first_, bytes);
  } else {
    for (uint64_t p = 0; p < count; ++p) processors_[p] = list_first_ + p * list.element_bytes;
  }
  for (const uint64_t processor : processors_) {
    if (processor == 0) {
      of_processors_.emplace_back();
    } else {
      of_processors_.push_back(PlanDirect(layout_.of_processors, processor));
    }
  }
  direct_bytes_ = buffer_.size();
  EachSpot([&](Spot& spot) { PlanHops(spot); });
  planned_ = pieces_.size() <= IOV_MAX;
  return planned_;
}

bool SnapshotReader::Fetch(size_t& fetched) {
  const iovec local{.iov_base = buffer_.data(), .iov_len = buffer_.size()};
  // Behind null there is nothing to read, and the buffer must not move up: such pieces are skipped
  // by reading up to them and on from them.
  fetched = 0;
  size_t from = 0;
  size_t at = 0;
  for (size_t i = 0; i <= pieces_.size(); ++i) {
    const bool gap = i < pieces_.size() && pieces_[i].iov_len == 0;
    if (i < pieces_.size() && !gap) continue;
    const size_t end = i < pieces_.size() ? piece_at_[i] : local.iov_len;
    if (i > from && end > at) {
      const iovec part{.iov_base = buffer_.data() + at, .iov_len = end - at};
      const ssize_t got = process_vm_readv(process_, &part, 1, pieces_.data() + from, i - from, 0);
      if (got < 0 || static_cast<size_t>(got) < end - at) {
        fetched = at + (got < 0 ? 0 : static_cast<size_t>(got));
        return fetched >= direct_bytes_;
      }
    }
    from = i + 1;
    at = i + 1 < pieces_.size() ? piece_at_[i + 1] : local.iov_len;
  }
  fetched = local.iov_len;
  return true;
}

int64_t SnapshotReader::ValueOf(const Spot& spot) const {
  uint64_t raw = 0;
  std::memcpy(&raw, buffer_.data() + spot.at, spot.place->size);
  if (!spot.place->is_signed) return static_cast<int64_t>(raw);
  const int unused = 64 - 8 * spot.place->size;
  return static_cast<int64_t>(raw << unused) >> unused;
}

bool SnapshotReader::IsAsPlanned() const {
  const auto first = static_cast<uint64_t>(ValueOf(first_));
  const auto length = static_cast<uint64_t>(ValueOf(length_));
  if (first != list_first_ || ElementsOf(layout_.processors, first, length) != processors_.size()) {
    return false;
  }
  return !layout_.processors.of_pointers || processors_.empty() ||
         std::memcmp(buffer_.data() + list_at_, processors_.data(),
                     processors_.size() * sizeof(uint64_t)) == 0;
}

void SnapshotReader::FollowHops(bool all) {
  EachSpot([&](Spot& spot) {
    bool moved = all;
    for (size_t i = 0; i + 1 < spot.stops.size() && !moved; ++i) {
      uint64_t pointer = 0;
      if (spot.stops[i].address != 0)
        std::memcpy(&pointer, buffer_.data() + piece_at_[spot.stops[i].piece], sizeof pointer);
      const uint64_t leads_to =
          pointer == 0 ? 0 : pointer + static_cast<uint64_t>(spot.place->hops[i]);
      moved = leads_to != spot.stops[i + 1].address;
    }
    if (moved && !spot.stops.empty()) Chase(spot);
  });
}

int64_t SnapshotReader::Compute(const PlannedVariable& planned) const {
  const PlacedVariable& variable = *planned.variable;
  const size_t minus_at = variable.places.size();
  const size_t present_at = minus_at + variable.minus.size();
  int64_t result = 0;
  switch (variable.kind) {
    case Formula::Kind::kFirst:
      result = ValueOf(planned.spots.front());
      break;
    case Formula::Kind::kSum: {
      for (size_t i = 0; i < minus_at; ++i) result += ValueOf(planned.spots[i]);
      for (size_t i = minus_at; i < present_at; ++i) result -= ValueOf(planned.spots[i]);
      // Counters of 32 bits that are subtracted wrap.
      if (variable.places.front().size == sizeof(uint32_t) && !variable.places.front().is_signed)
        result = static_cast<uint32_t>(result);
      for (size_t i = present_at; i < planned.spots.size(); ++i)
        result += ValueOf(planned.spots[i]) != 0 ? 1 : 0;
      break;
    }
    case Formula::Kind::kLeast:
      for (const Spot& spot : planned.spots) {
        const int64_t value = ValueOf(spot);
        if (value != 0 && (result == 0 || value < result)) result = value;
      }
      break;
    case Formula::Kind::kAnyIsSet:
      for (const Spot& spot : planned.spots) result |= ValueOf(spot) != 0 ? 1 : 0;
      break;
    case Formula::Kind::kAllEqual:
      result = 1;
      for (size_t i = 0; i < planned.spots.size(); ++i)
        result &= ValueOf(planned.spots[i]) == variable.expected[i] ? 1 : 0;
      break;
  }
  const auto meaning = variable.values.find(result);
  return meaning == variable.values.end() ? result : meaning->second;
}

bool SnapshotReader::Read(Snapshot& snapshot) {
  for (int attempt = 0; attempt < kAttemptsMost; ++attempt) {
    if (!planned_ && !Plan()) return false;
    size_t fetched = 0;
    if (!Fetch(fetched)) return planned_ = false;
    FollowHops(fetched < buffer_.size());
    if (!IsAsPlanned()) {
      planned_ = false;
      continue;
    }
    snapshot.values.clear();
    for (const PlannedVariable& variable : globals_) snapshot.values.push_back(Compute(variable));
    snapshot.processor_addresses = processors_;
    snapshot.of_processors.resize(processors_.size());
    for (size_t p = 0; p < processors_.size(); ++p) {
      std::vector<int64_t>& values = snapshot.of_processors[p];
      values.clear();
      for (const PlannedVariable& variable : of_processors_[p]) values.push_back(Compute(variable));
    }
    return true;
  }
  return false;
}

}  // namespace proctor
