#include <fmt/format.h>
#include <chrono>
#include "conformance/implementations/reference/reference.h"
#include "conformance/suite/campaign.h"
#include "conformance/suite/bundle.h"
#include "conformance/suite/small_worlds.h"
using namespace proctor;
struct Dump : EventSink { void Observe(const Event& e) override { fmt::print("{}\n", Describe(e)); } };
int main(int, char** argv) {
  if (std::string(argv[1]) == "replay") { std::string why, text; int c; FILE* f = fopen(argv[2], "r"); while ((c = fgetc(f)) != EOF) text += static_cast<char>(c);
    auto b = ParseBundle(text, why); if (!b) { fmt::print("{}\n", why); return 1; } Dump d; RunBundle({.name = "reference", .implementation = &ReferenceImplementation()}, *b, &d); return 0; }

  if (std::string(argv[1]) == "small") { for (auto& sc : SmallWorlds()) if (sc.name == argv[2]) { Bundle b{.implementation = "reference", .scenario = sc, .choices = std::vector<uint32_t>{}}; for (int i = 3; argv[i]; ++i) b.choices->push_back(atoi(argv[i])); Dump d; RunBundle({.name = "reference", .implementation = &ReferenceImplementation()}, b, &d); } return 0; }
  CampaignOptions options{.profile = *FindProfile(argv[1]), .random_worlds = atoll(argv[2]), .unusual_most = atoi(argv[3]), .threads = atoi(argv[4])};
  const auto start = std::chrono::steady_clock::now();
  CampaignResult r = RunCampaign({.name = "reference", .implementation = &ReferenceImplementation()}, options);
  const double s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  fmt::print("{} worlds {} schedules {} cycles {} events {:.0f} hours in {:.1f} s: {:.2f} M events/s {:.0f} cycles/s\n", r.worlds, r.schedules, r.cycles, r.events, r.virtual_ns / 3.6e12, s, r.events / s / 1e6, r.cycles / s);
  for (auto& [c, ruling] : r.rulings) {
    if (ruling.triggers >= 25 && ruling.verdict == Verdict::kConforms) continue;
    fmt::print("{} {} {} {}\n", ClauseName(c), VerdictName(ruling.verdict), ruling.triggers, ruling.message);
    for (auto& e : ruling.evidence) fmt::print("   {}\n", Describe(e));
    if (r.bundles.contains(c)) fmt::print("   {}\n", FormatBundle(r.bundles.at(c)));
  }
  if (r.misbehaviour) fmt::print("{}\n", r.misbehaviour->ruling.message);
}
