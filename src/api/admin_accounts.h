// The admin's routes that work on accounts, tokens and invitations.
#pragma once

#include "api/admin.h"

namespace tapedeck::api {

/// Under /admin/v1: users, users/{username}, users/{username}/tokens[/{id}], invitations. A
/// username in a path is percent-encoded. `parts` outlive the router.
void add_account_routes(Router& router, AdminParts& parts);

}  // namespace tapedeck::api
