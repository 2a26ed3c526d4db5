#include "power/model.h"

#include <algorithm>

#include <fmt/format.h>

#include "power/product.h"

namespace tapedeck::power {

namespace {

bool is_absent(const Held* held) {
  return held == nullptr || held->form == Form::purged;
}

Form form_of(const Recording& seen) {
  if (seen.trashed_at) return Form::trashed;
  return seen.state == RecordingState::recording ? Form::live : Form::complete;
}

/// An append was under way, and what had arrived may show.
bool is_growing(const Held* before, const Held* after) {
  if (is_absent(after) || after->hidden) return false;
  return is_absent(before) || before->bytes.size() < after->bytes.size();
}

bool form_fits(const Held* before, const Held* after, const Recording& seen) {
  auto form = form_of(seen);
  bool was = !is_absent(before) && before->form == form;
  bool became = !is_absent(after) && after->form == form;
  if (was || became) return true;
  if (is_growing(before, after)) {
    return form == Form::live || (form == Form::complete && seen.recovered);
  }
  if (is_absent(before) || after == nullptr) return false;
  // Some steps have several facts: a live recording is completed, trashed, purged.
  if (after->form == Form::purged) return form != Form::live;
  return before->form == Form::live && after->form == Form::trashed && form == Form::complete;
}

bool size_fits(const Held* before, const Held* after, ByteCount size) {
  bool was = !is_absent(before) && size == before->bytes.size();
  bool became = !is_absent(after) && size == after->bytes.size();
  if (was || became) return true;
  auto least = is_absent(before) ? 0 : before->bytes.size();
  return is_growing(before, after) && size >= least && size <= after->bytes.size();
}

Sha256Digest digest_of(const Recording& seen) {
  if (seen.sha256) return *seen.sha256;
  auto running = Sha256::restore(seen.hash_state);
  return running ? running->finish() : Sha256Digest{};
}

/// When one step led from `before` to `after` (null: no such recording), or was broken off.
std::string misfit(const Held* before, const Held* after, const Recording* seen) {
  if (seen == nullptr) {
    return is_absent(before) || is_absent(after) ? "" : "an acknowledged recording is gone";
  }
  if (is_absent(before) && is_absent(after)) return "it should not be there";
  if (!form_fits(before, after, *seen)) {
    return fmt::format("it is {} now", name_of(shown_state(*seen, seen->last_append_at)));
  }
  if (!size_fits(before, after, seen->size)) return fmt::format("it has {} bytes", seen->size);
  const auto& longer =
      is_absent(after) || (!is_absent(before) && before->bytes.size() > after->bytes.size())
          ? before->bytes
          : after->bytes;
  auto expected = sha256_of(ByteView(longer).substr(0, seen->size));
  if (digest_of(*seen) != expected) return "its digest is not that of what was sent";
  bool has_note = (!is_absent(before) && seen->description.note == before->note) ||
                  (!is_absent(after) && seen->description.note == after->note);
  return has_note ? "" : "its note is another one";
}

bool is_due(const Held& held, Time now) {
  bool is_nothing = held.partial || (held.form == Form::live && held.bytes.empty());
  if (held.form == Form::trashed) return held.trashed_at + trash_time <= now;
  if (is_nothing) return held.last_append_at + resumable_time <= now;
  return held.form == Form::live && held.last_append_at + finish_after <= now;
}

}  // namespace

const char* name_of(Standing standing) {
  switch (standing) {
    case Standing::open:
      return "open";
    case Standing::closing:
      return "closing";
    case Standing::gone:
      return "gone";
  }
  return "";
}

const Held* Model::find(const std::string& title) const {
  auto found = recordings.find(title);
  return found == recordings.end() ? nullptr : &found->second;
}

Standing Model::standing(const std::string& username) const {
  auto found = accounts.find(username);
  return found == accounts.end() ? Standing::gone : found->second;
}

bool Model::works(const std::string& token) const {
  auto found = tokens.find(token);
  return found != tokens.end() && found->second.is_valid &&
         standing(found->second.owner) == Standing::open;
}

bool Model::can_be_used(const std::string& invitation) const {
  auto found = invitations.find(invitation);
  return found != invitations.end() && found->second;
}

Model Model::swept(Time now) const {
  auto after = *this;
  for (auto& [title, held] : after.recordings) {
    bool goes = standing(held.owner) != Standing::open;
    bool is_kept = held.form == Form::live && !held.partial && !held.bytes.empty();
    if (goes) {
      held.form = Form::purged;
    } else if (held.form != Form::purged && is_due(held, now)) {
      held.form = is_kept ? Form::complete : Form::purged;
    }
  }
  for (auto& [name, standing] : after.accounts) {
    if (standing == Standing::closing) standing = Standing::gone;
  }
  return after;
}

std::string misfit(const Stages& stages, const std::string& title, const Recording* seen) {
  auto wrong = misfit(stages.front()->find(title), stages.back()->find(title), seen);
  for (std::size_t from = 0; from < stages.size() && !wrong.empty(); ++from) {
    for (auto to = from; to < stages.size() && !wrong.empty(); ++to) {
      auto other = misfit(stages[from]->find(title), stages[to]->find(title), seen);
      if (other.empty()) wrong.clear();
    }
  }
  return wrong;
}

}  // namespace tapedeck::power
