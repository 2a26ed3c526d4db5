// The product's values as JSON; docs/http.md has the shapes.
#pragma once

#include <string_view>

#include "base/json.h"
#include "core/accounts.h"
#include "core/catalog.h"

namespace tapedeck::api {

json::object json_of(const Account& account);
json::object json_of(const Token& token);
/// `now` decides whether a live one is interrupted.
json::object json_of(const Recording& recording, Time now);
json::object json_of(const Change& change, Time now);
/// {"user", "token", "expires_at"}: what a sign-up or a sign-in gives.
json::object json_of(const Account& account, const IssuedToken& issued);

/// The media type to name in lists: what the bytes are, else what the client declared.
std::string_view shown_type(const Recording& recording);

std::string_view name_of(TokenKind kind);
json::array names_of(const Scopes& scopes);
/// Throws Error{invalid} for a name that is no scope's.
Scopes parse_scopes(const std::vector<std::string>& names);

}  // namespace tapedeck::api
