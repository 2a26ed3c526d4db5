#include "simulator/model.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tapedeck::simulator {

namespace {

Form form_of(const Recording& seen) {
  if (seen.trashed_at) return Form::trashed;
  return seen.state == RecordingState::recording ? Form::live : Form::complete;
}

std::string text_of(const std::set<Form>& forms) {
  std::vector<std::string> names;
  for (auto form : forms) names.emplace_back(name_of(form));
  return fmt::format("{}", fmt::join(names, " or "));
}

/// Of what is complete by its client's word, all is there.
std::string size_misfit(const Held& held, const Recording& seen) {
  bool is_whole = seen.size == held.bytes.size();
  bool may_be_part = seen.state == RecordingState::recording || seen.recovered;
  if (held.hidden && !is_whole) return "a piece of it shows";
  if (seen.size < held.acked) {
    return fmt::format("it has {} bytes, and {} were acknowledged", seen.size, held.acked);
  }
  if (seen.size > held.bytes.size()) return "it has more bytes than were ever sent";
  return is_whole || may_be_part ? "" : "it is complete without all of its bytes";
}

Sha256Digest digest_of(const Recording& seen) {
  if (seen.sha256) return *seen.sha256;
  auto running = Sha256::restore(seen.hash_state);
  return running ? running->finish() : Sha256Digest{};
}

}  // namespace

const char* name_of(Form form) {
  switch (form) {
    case Form::absent:
      return "absent";
    case Form::live:
      return "live";
    case Form::complete:
      return "complete";
    case Form::trashed:
      return "in the trash";
    case Form::purged:
      return "purged";
  }
  return "";
}

/// Long after: what was live is complete with what it has, or gone; the trash is empty; parts are
/// gone.
void Held::become_old() {
  bool may_be_empty = acked == 0;
  if (forms.erase(Form::live) > 0) {
    if (!partial) forms.insert(Form::complete);
    if (partial || may_be_empty) forms.insert(Form::purged);
  }
  if (forms.erase(Form::trashed) > 0) forms.insert(Form::purged);
  if (partial && forms.erase(Form::complete) > 0) forms.insert(Form::purged);
}

std::string misfit(const Held& held, const Recording* seen) {
  if (seen == nullptr) {
    bool may_be_gone = held.may_be(Form::absent) || held.may_be(Form::purged);
    return may_be_gone ? "" : "it is gone, and should be " + text_of(held.forms);
  }
  auto form = form_of(*seen);
  if (!held.may_be(form)) {
    return fmt::format("it is {}, and should be {}", name_of(form), text_of(held.forms));
  }
  if (held.id && *held.id != seen->id) return "it has another id than its client was told";
  auto wrong_size = size_misfit(held, *seen);
  if (!wrong_size.empty()) return wrong_size;
  auto expected = sha256_of(ByteView(held.bytes).substr(0, seen->size));
  if (digest_of(*seen) != expected) return "its digest is not that of what was sent";
  if (!held.notes.contains(seen->description.note)) return "its note is another one";
  return "";
}

}  // namespace tapedeck::simulator
