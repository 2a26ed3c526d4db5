// Cursors: where a page ends, signed, so that only our own come back; each is good for one account
// and, in a listing, one filter.
#pragma once

#include <string>
#include <string_view>

#include "core/catalog.h"
#include "core/signer.h"

namespace tapedeck::api {

std::string make_list_cursor(const Signer& signer, AccountId account, const ListFilter& filter,
                             const ListPosition& position);
/// Throws Error{invalid} for a text that we did not make for this account and filter.
ListPosition parse_list_cursor(const Signer& signer, AccountId account, const ListFilter& filter,
                               std::string_view text);

std::string make_change_cursor(const Signer& signer, AccountId account,
                               const ChangePosition& position);
/// Throws Error{invalid} for a text that we did not make for this account.
ChangePosition parse_change_cursor(const Signer& signer, AccountId account, std::string_view text);

}  // namespace tapedeck::api
