// The routes: one function each, by subject. routes.cc is the table of them all.
#pragma once

#include "api/context.h"
#include "api/router.h"

namespace tapedeck::api {

/// The whole HTTP surface. The context must outlive the router.
void add_routes(Router& router, Context& context);

// users_routes.cc
Task<http::Response> sign_up(Context& context, Call& call);
Task<http::Response> show_user(Context& context, Call& call);
Task<http::Response> change_user(Context& context, Call& call);
Task<http::Response> close_user(Context& context, Call& call);
Task<http::Response> export_user(Context& context, Call& call);

// sessions_routes.cc
Task<http::Response> sign_in(Context& context, Call& call);
Task<http::Response> list_sessions(Context& context, Call& call);
Task<http::Response> end_session(Context& context, Call& call);
Task<http::Response> end_current_session(Context& context, Call& call);
Task<http::Response> end_all_sessions(Context& context, Call& call);

// tokens_routes.cc
Task<http::Response> add_token(Context& context, Call& call);
Task<http::Response> list_tokens(Context& context, Call& call);
Task<http::Response> remove_token(Context& context, Call& call);

// recordings_routes.cc
Task<http::Response> create_recording(Context& context, Call& call);
Task<http::Response> list_recordings(Context& context, Call& call);
Task<http::Response> list_changes(Context& context, Call& call);
Task<http::Response> show_recording(Context& context, Call& call);
Task<http::Response> change_recording(Context& context, Call& call);
Task<http::Response> delete_recording(Context& context, Call& call);
Task<http::Response> restore_recording(Context& context, Call& call);

// uploads_routes.cc
Task<http::Response> show_upload_options(Context& context, Call& call);
Task<http::Response> show_recordings_options(Context& context, Call& call);
Task<http::Response> begin_upload(Context& context, Call& call);
Task<http::Response> show_upload(Context& context, Call& call);
Task<http::Response> append_to_upload(Context& context, Call& call);
Task<http::Response> end_upload(Context& context, Call& call);
Task<http::Response> override_method(Context& context, Call& call);

// direct_routes.cc
Task<http::Response> list_upload_parts(Context& context, Call& call);
Task<http::Response> complete_upload(Context& context, Call& call);

// audio_routes.cc
Task<http::Response> play_recording(Context& context, Call& call);
Task<http::Response> add_playback_url(Context& context, Call& call);
Task<http::Response> play_capability(Context& context, Call& call);

// original_routes.cc
Task<http::Response> original_login(Context& context, Call& call);
Task<http::Response> original_upload(Context& context, Call& call);
Task<http::Response> original_list(Context& context, Call& call);
Task<http::Response> original_delete(Context& context, Call& call);

// operation_routes.cc
Task<http::Response> show_health(Context& context, Call& call);
Task<http::Response> show_readiness(Context& context, Call& call);
Task<http::Response> show_config(Context& context, Call& call);
Task<http::Response> show_openapi(Context& context, Call& call);
Task<http::Response> show_config(Context& context, Call& call);
Task<http::Response> show_home(Context& context, Call& call);
Task<http::Response> show_docs(Context& context, Call& call);
Task<http::Response> show_setup(Context& context, Call& call);
Task<http::Response> show_asset(Context& context, Call& call);

}  // namespace tapedeck::api
