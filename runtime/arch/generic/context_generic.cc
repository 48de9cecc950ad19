// Contexts for machines without an assembly of our own, by Boost.Context. Its switch hands one word
// over and wants the resumed flow to note where the other one stopped; here that word is the
// Context to note it in.

#include <boost/context/detail/fcontext.hpp>
#include <cstddef>
#include <cstdint>
#include <exception>

#include "runtime/arch/context.h"

namespace proctor::runtime {
namespace {

namespace boost_context = boost::context::detail;

void NoteStopped(const boost_context::transfer_t& other) {
  static_cast<Context*>(other.data)->sp = other.fctx;
}

// Lies at the top of a new stack, above all frames.
struct Beginning {
  void (*entry)(void*);
  void* argument;
};

void Start(boost_context::transfer_t maker) {
  const Beginning beginning = *static_cast<Beginning*>(maker.data);
  NoteStopped(boost_context::jump_fcontext(maker.fctx, nullptr));
  beginning.entry(beginning.argument);
  std::terminate();
}

}  // namespace

Context MakeContext(void* low, void* high, void (*entry)(void*), void* argument) {
  const uintptr_t top = (reinterpret_cast<uintptr_t>(high) - sizeof(Beginning)) & ~uintptr_t{15};
  auto* beginning = reinterpret_cast<Beginning*>(top);
  *beginning = {entry, argument};
  boost_context::fcontext_t start =
      boost_context::make_fcontext(beginning, top - reinterpret_cast<uintptr_t>(low), Start);
  // The first word handed over would be the beginning, but SwitchContext hands over a Context: so
  // the flow runs up to where it waits for one.
  return Context{boost_context::jump_fcontext(start, beginning).fctx};
}

void SwitchContext(Context& from, const Context& to) {
  NoteStopped(boost_context::jump_fcontext(to.sp, &from));
}

}  // namespace proctor::runtime
