#include "api/routes.h"

#include <optional>

namespace tapedeck::api {

namespace {

struct Line {
  const char* method;
  const char* pattern;
  Access access;
  std::optional<Scope> scope;
  Task<http::Response> (*answer)(Context&, Call&);
};

constexpr auto open = Access::open;
constexpr auto token = Access::token;
constexpr auto original = Access::original;
constexpr std::optional<Scope> none;
constexpr auto capture = Scope::capture;
constexpr auto read = Scope::read;
constexpr auto write = Scope::write;

// clang-format off
constexpr Line lines[] = {
    {"POST",   "/api/v1/users",                           open,  none,    sign_up},
    {"GET",    "/api/v1/users/me",                        token, read,    show_user},
    {"PATCH",  "/api/v1/users/me",                        token, write,   change_user},
    {"DELETE", "/api/v1/users/me",                        token, write,   close_user},
    {"GET",    "/api/v1/users/me/export",                 token, read,    export_user},

    {"POST",   "/api/v1/sessions",                        open,  none,    sign_in},
    {"GET",    "/api/v1/sessions",                        token, read,    list_sessions},
    {"DELETE", "/api/v1/sessions",                        token, write,   end_all_sessions},
    {"DELETE", "/api/v1/sessions/current",                token, write,   end_current_session},
    {"DELETE", "/api/v1/sessions/{id}",                   token, write,   end_session},

    {"POST",   "/api/v1/tokens",                          token, write,   add_token},
    {"GET",    "/api/v1/tokens",                          token, read,    list_tokens},
    {"DELETE", "/api/v1/tokens/{id}",                     token, write,   remove_token},

    {"POST",   "/api/v1/recordings",                      token, capture, create_recording},
    {"PUT",    "/api/v1/recordings",                      token, capture, create_recording},
    {"PUT",    "/api/v1/recordings/{name}",               token, capture, create_recording},
    {"OPTIONS","/api/v1/recordings",                      open,  none,    show_recordings_options},
    {"GET",    "/api/v1/recordings",                      token, read,    list_recordings},
    {"GET",    "/api/v1/recordings/changes",              token, read,    list_changes},
    {"GET",    "/api/v1/recordings/{id}",                 token, read,    show_recording},
    {"PATCH",  "/api/v1/recordings/{id}",                 token, write,   change_recording},
    {"DELETE", "/api/v1/recordings/{id}",                 token, write,   delete_recording},
    {"POST",   "/api/v1/recordings/{id}/restore",         token, write,   restore_recording},
    {"GET",    "/api/v1/recordings/{id}/audio",           token, read,    play_recording},
    {"POST",   "/api/v1/recordings/{id}/playback-urls",   token, read,    add_playback_url},
    {"GET",    "/api/v1/play/{capability}",               open,  none,    play_capability},

    {"OPTIONS","/api/v1/uploads",                         open,  none,    show_upload_options},
    {"POST",   "/api/v1/uploads",                         token, capture, begin_upload},
    {"OPTIONS","/api/v1/uploads/{upload}",                open,  none,    show_upload_options},
    {"HEAD",   "/api/v1/uploads/{upload}",                open,  none,    show_upload},
    {"PATCH",  "/api/v1/uploads/{upload}",                open,  none,    append_to_upload},
    {"DELETE", "/api/v1/uploads/{upload}",                open,  none,    end_upload},
    {"POST",   "/api/v1/uploads/{upload}",                open,  none,    override_method},
    {"GET",    "/api/v1/uploads/{upload}/parts",          open,  none,    list_upload_parts},
    {"POST",   "/api/v1/uploads/{upload}/complete",       open,  none,    complete_upload},

    {"GET",    "/login",                                  original, none, original_login},
    {"PUT",    "/upload/record/{name}",                   original, none, original_upload},
    {"PUT",    "/record/{name}",                          original, none, original_upload},
    {"GET",    "/record/list",                            original, none, original_list},
    {"DELETE", "/record/{id}",                            original, none, original_delete},

    {"GET",    "/healthz",                                open,  none,    show_health},
    {"GET",    "/readyz",                                 open,  none,    show_readiness},
    {"GET",    "/api/v1/config",                          open,  none,    show_config},
    {"GET",    "/",                                       open,  none,    show_home},
    {"GET",    "/setup",                                  open,  none,    show_setup},
    {"GET",    "/api/v1/docs",                            open,  none,    show_docs},
    {"GET",    "/api/v1/openapi.json",                    open,  none,    show_openapi},
    {"GET",    "/assets/{name}",                          open,  none,    show_asset},
};
// clang-format on

}  // namespace

void add_routes(Router& router, Context& context) {
  for (const auto& line : lines) {
    auto answer = [&context, answer = line.answer](Call& call) { return answer(context, call); };
    router.add({line.method, line.pattern, line.access, line.scope, answer});
    // The original was deployed under this prefix; its clients have it in their base URL.
    if (line.access != Access::original) continue;
    router.add({line.method, std::string("/api") + line.pattern, line.access, line.scope, answer});
  }
}

}  // namespace tapedeck::api
