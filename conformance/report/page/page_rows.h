// Rows of the page's tables, as data for its template.
//
// Thread safety: plain functions.

#ifndef PROCTOR_CONFORMANCE_REPORT_PAGE_PAGE_ROWS_H_
#define PROCTOR_CONFORMANCE_REPORT_PAGE_PAGE_ROWS_H_

#include <cstdint>
#include <kainjow/mustache.hpp>
#include <optional>
#include <span>
#include <string>

#include "conformance/evidence/event.h"
#include "conformance/judge/verdict.h"
#include "conformance/report/cadence.h"
#include "conformance/report/results.h"

namespace proctor {

// A verdict as words, and as one character.
std::string Words(Verdict verdict);
std::string MarkOf(Verdict verdict);

// A deciding event, timed from the first of them.
kainjow::mustache::data EventRow(const Event& event, int64_t first_ns);

// The ratio of the medians.
std::string TimesTheFloor(const Histogram& latency, const Histogram& floor);

// Quantiles beside the bound, without whose they are.
kainjow::mustache::data LatencyRow(const Measured& measured);
std::string MeasuredText(const Measured& measured);

// What was used: a row for each figure, with a cell for each of the results. `has_stamped`: one of
// them was measured while everything was stamped.
kainjow::mustache::data UsageRows(std::span<const Results> results, bool& has_stamped);

// How often a monitor slept, and what happened between; the cadence has events.
kainjow::mustache::data CadenceRow(const Cadence& cadence, const std::string& name);

std::string NoiseText(const std::optional<Noise>& noise);

}  // namespace proctor

#endif  // PROCTOR_CONFORMANCE_REPORT_PAGE_PAGE_ROWS_H_
