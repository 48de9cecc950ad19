#include "conformance/observer/cadence_picture.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "conformance/observer/wake_reasons.h"

namespace proctor {
namespace {

constexpr size_t kLinesMost = 48;
constexpr size_t kPeriodMost = 8;
constexpr size_t kGroupMost = 4;
// A longer line is of no use to anyone.
constexpr size_t kWidthMost = 150;

struct Range {
  int64_t least = 0;
  int64_t most = 0;

  void Widen(const Range& other) {
    least = std::min(least, other.least);
    most = std::max(most, other.most);
  }
  bool operator==(const Range&) const = default;
};

// A run of equal shallow sleeps, or one deep sleep.
struct CadencePart {
  bool deep = false;
  int64_t requested_ns = 0;  // shallow
  Range count;               // shallow
  Range slept_ns;            // deep, to two digits: what is beyond them is no part of a pattern
  std::optional<WakeCause> cause;  // deep; none: it still lasts

  bool SameShape(const CadencePart& other) const {
    return deep == other.deep && requested_ns == other.requested_ns && cause == other.cause;
  }
  bool operator==(const CadencePart&) const = default;
};

// Parts that come again and again, one after the other; one part, once, is the usual case.
struct Group {
  std::vector<CadencePart> parts;
  Range times = {1, 1};

  bool SameShape(const Group& other) const {
    return std::ranges::equal(parts, other.parts, [](const CadencePart& a, const CadencePart& b) {
      return a.SameShape(b);
    });
  }
  void Widen(const Group& other) {
    for (size_t i = 0; i < parts.size(); ++i) {
      parts[i].count.Widen(other.parts[i].count);
      parts[i].slept_ns.Widen(other.parts[i].slept_ns);
    }
  }
  bool operator==(const Group&) const = default;
};

// A line begins where the cadence starts afresh.
struct Line {
  std::vector<Group> groups;
  int64_t times = 1;

  bool SameShape(const Line& other) const {
    return std::ranges::equal(groups, other.groups,
                              [](const Group& a, const Group& b) { return a.SameShape(b); });
  }
};

int64_t TwoDigits(int64_t ns) {
  int64_t unit = 1;
  while (ns / unit >= 100) unit *= 10;
  return (ns + unit / 2) / unit * unit;
}

class Lines {
 public:
  void Shallow(int64_t requested_ns) {
    if (CadencePart* last = LastPart(); last != nullptr) {
      if (!last->deep && last->requested_ns == requested_ns) {
        ++last->count.least;
        ++last->count.most;
        return;
      }
      FoldLast();
      if (requested_ns < shallow_ns_) EndLine();
    }
    shallow_ns_ = requested_ns;
    Add({.requested_ns = requested_ns, .count = {1, 1}});
  }

  void Deep(int64_t slept_ns, std::optional<WakeCause> cause) {
    FoldLast();
    const int64_t rounded_ns = TwoDigits(slept_ns);
    Add({.deep = true, .slept_ns = {rounded_ns, rounded_ns}, .cause = cause});
    if (cause != WakeCause::kTimeout) EndLine();
  }

  std::vector<Line> Finish() {
    EndLine();
    return std::move(lines_);
  }

 private:
  // About as many columns as the line has.
  size_t Width() const {
    constexpr size_t kDeep = 34;
    constexpr size_t kShallow = 10;
    constexpr size_t kBrackets = 8;
    size_t width = 0;
    for (const Group& group : line_.groups) {
      for (const CadencePart& part : group.parts) width += part.deep ? kDeep : kShallow;
      if (group.parts.size() > 1) width += kBrackets;
    }
    return width;
  }

  // The part that may still grow: the last one, unless it has been folded away.
  CadencePart* LastPart() {
    if (line_.groups.empty() || line_.groups.back().times.most > 1) return nullptr;
    return &line_.groups.back().parts.back();
  }

  void Add(const CadencePart& part) {
    if (Width() >= kWidthMost) EndLine();
    line_.groups.push_back({.parts = {part}});
  }

  // The last parts, once no more can be added to them: they may be a group again, or make one with
  // the parts before.
  void FoldLast() {
    std::vector<Group>& groups = line_.groups;
    const auto is_single = [](const Group& group) { return group.times.most == 1; };
    for (size_t period = 2; period <= kGroupMost && period < groups.size(); ++period) {
      const auto last = groups.end() - static_cast<int64_t>(period);
      if (!std::all_of(last, groups.end(), is_single)) return;
      Group group;
      for (auto part = last; part != groups.end(); ++part) group.parts.push_back(part->parts[0]);
      Group& before = *(last - 1);
      if (!is_single(before) && before.SameShape(group)) {
        before.Widen(group);
        ++before.times.least;
        ++before.times.most;
        groups.erase(last, groups.end());
        return;
      }
      if (groups.size() < 2 * period) continue;
      const auto first = last - static_cast<int64_t>(period);
      if (!std::all_of(first, last, is_single)) continue;
      Group twice;
      for (auto part = first; part != last; ++part) twice.parts.push_back(part->parts[0]);
      if (!twice.SameShape(group)) continue;
      twice.Widen(group);
      twice.times = {2, 2};
      groups.erase(first, groups.end());
      groups.push_back(std::move(twice));
      return;
    }
  }

  void EndLine() {
    FoldLast();
    if (!line_.groups.empty()) lines_.push_back(std::move(line_));
    line_ = Line();
  }

  std::vector<Line> lines_;
  Line line_;
  int64_t shallow_ns_ = 0;
};

// Neighbours that are alike become one line with a count.
std::vector<Line> Fold(const std::vector<Line>& lines, bool by_shape) {
  std::vector<Line> folded;
  for (const Line& line : lines) {
    Line* last = folded.empty() ? nullptr : &folded.back();
    if (last != nullptr && (by_shape ? last->SameShape(line) : last->groups == line.groups)) {
      for (size_t i = 0; i < line.groups.size(); ++i) {
        last->groups[i].Widen(line.groups[i]);
        last->groups[i].times.Widen(line.groups[i].times);
      }
      last->times += line.times;
    } else {
      folded.push_back(line);
    }
  }
  return folded;
}

const char* Ending(std::optional<WakeCause> cause) {
  if (!cause) return "and still asleep";
  switch (*cause) {
    case WakeCause::kTimeout:
      return "timed out";
    case WakeCause::kWoken:
      return "woken";
    case WakeCause::kEither:
      return "woken or timed out";
  }
  return "";
}

std::string Text(const CadencePart& part) {
  const bool range =
      part.deep ? part.slept_ns.least != part.slept_ns.most : part.count.least != part.count.most;
  if (part.deep) {
    const std::string slept = range ? fmt::format("{} to {}", DurationText(part.slept_ns.least),
                                                  DurationText(part.slept_ns.most))
                                    : DurationText(part.slept_ns.least);
    return fmt::format("deep {} ({})", slept, Ending(part.cause));
  }
  const std::string requested = DurationText(part.requested_ns);
  if (range) return fmt::format("{}-{} x {}", part.count.least, part.count.most, requested);
  return part.count.most == 1 ? requested : fmt::format("{} x {}", part.count.most, requested);
}

std::string Text(const Group& group) {
  std::string text;
  for (const CadencePart& part : group.parts) text += (text.empty() ? "" : ", ") + Text(part);
  if (group.times.most == 1) return text;
  if (group.times.least == group.times.most) {
    return fmt::format("[{}] x {}", text, group.times.most);
  }
  return fmt::format("[{}] x {}-{}", text, group.times.least, group.times.most);
}

std::string Text(const Line& line) {
  std::string text;
  for (const Group& group : line.groups) text += (text.empty() ? "  " : ", ") + Text(group);
  return line.times == 1 ? text : text + fmt::format("   [{} times]", line.times);
}

// How often the `period` texts from `at` on come one after the other.
size_t Repeats(const std::vector<std::string>& texts, size_t at, size_t period) {
  size_t count = 1;
  while (at + (count + 1) * period <= texts.size() &&
         std::equal(texts.begin() + static_cast<int64_t>(at),
                    texts.begin() + static_cast<int64_t>(at + period),
                    texts.begin() + static_cast<int64_t>(at + count * period))) {
    ++count;
  }
  return count;
}

// Groups of lines that repeat are said once.
std::vector<std::string> FoldGroups(const std::vector<std::string>& texts) {
  std::vector<std::string> folded;
  for (size_t at = 0; at < texts.size();) {
    size_t best_period = 1;
    size_t best_count = 1;
    for (size_t period = 2; period <= kPeriodMost && at + period <= texts.size(); ++period) {
      const size_t count = Repeats(texts, at, period);
      if (count > 1 && count * period > best_count * best_period) {
        best_period = period;
        best_count = count;
      }
    }
    for (size_t i = 0; i < best_period; ++i) folded.push_back(texts[at + i]);
    if (best_count > 1) {
      folded.push_back(
          fmt::format("  [these {} lines again, {} times in all]", best_period, best_count));
    }
    at += best_period * best_count;
  }
  return folded;
}

std::string Picture(const std::vector<Line>& lines) {
  std::vector<Line> folded = Fold(lines, /*by_shape=*/false);
  if (folded.size() > kLinesMost) folded = Fold(lines, /*by_shape=*/true);
  std::vector<std::string> texts;
  for (const Line& line : folded) texts.push_back(Text(line));
  texts = FoldGroups(texts);
  std::string picture;
  for (size_t i = 0; i < texts.size(); ++i) {
    if (texts.size() > kLinesMost && i == kLinesMost / 2) {
      picture += fmt::format("  ... {} lines more ...\n", texts.size() - kLinesMost);
      i = texts.size() - kLinesMost / 2;
    }
    picture += texts[i] + "\n";
  }
  return picture;
}

// The span of the evidence. A monitor in a long sleep makes no event until the observation ends.
struct Span {
  int64_t from_ns;
  int64_t until_ns;
};

Span SpanOf(std::span<const Event> events, const Observer::Usage& usage) {
  if (events.empty()) return {usage.began_ns, usage.ended_ns};
  if (usage.ended_ns == 0) return {events.front().time_ns, events.back().time_ns};
  return {std::min(events.front().time_ns, usage.began_ns),
          std::max(events.back().time_ns, usage.ended_ns)};
}

}  // namespace

std::string CadencePicture(std::span<const Event> events, const Observer::Usage& usage,
                           bool is_monitor) {
  const Span span = SpanOf(events, usage);
  Lines lines;
  std::optional<int64_t> deep_since_ns;
  int64_t shallow = 0;
  int64_t deep = 0;
  for (const Event& event : events) {
    if (event.kind == EventKind::kShallowSleep) {
      ++shallow;
      lines.Shallow(event.Get(Arg::kDurationNs));
    } else if (event.kind == EventKind::kDeepSleep) {
      ++deep;
      deep_since_ns = event.time_ns;
    } else if (event.kind == EventKind::kDeepWake && deep_since_ns) {
      lines.Deep(event.time_ns - *deep_since_ns, static_cast<WakeCause>(event.Get(Arg::kCause)));
      deep_since_ns.reset();
    }
  }
  if (deep_since_ns) lines.Deep(span.until_ns - *deep_since_ns, std::nullopt);
  const std::string picture =
      shallow + deep > 0
          ? Picture(lines.Finish())
          : "  no sleep began: the monitor was in one all the time, or did not run\n";
  const double seconds =
      static_cast<double>(std::max<int64_t>(1, span.until_ns - span.from_ns)) / 1e9;
  // The sleep that goes on has not ended in a wake-up.
  const int64_t asleep = deep_since_ns ? 1 : 0;
  return "cadence:\n" + picture +
         fmt::format("wake-ups: {:.1f} a second, {:.1f} of them from deep sleep ({} in {:.2f} s)\n",
                     static_cast<double>(shallow + deep - asleep) / seconds,
                     static_cast<double>(deep - asleep) / seconds, shallow + deep - asleep,
                     seconds) +
         WakeReasons(events, usage, is_monitor) + CpuTime(usage, is_monitor);
}

}  // namespace proctor
