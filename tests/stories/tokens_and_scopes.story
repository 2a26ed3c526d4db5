# Tokens do what their scopes say, until they end.

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token
ann> POST /api/v1/tokens {"name": "player", "scopes": ["read"]}
  -> 201  $player = .token
  .token ~ ^td_p_
  .kind = "personal"
  .scopes = ["read"]
  $player_id = .id
  Cache-Control ~ no-store
ann> POST /api/v1/tokens {"name": "recorder", "scopes": ["capture"], "expires_in": 3600}
  -> 201  $recorder = .token
ann> POST /api/v1/tokens {"name": "boss", "scopes": ["admin"]} -> 403
ann> POST /api/v1/tokens {"name": "odd", "scopes": ["everything"]} -> 400

recorder> POST /api/v1/recordings
  @speech.opus
  -> 201  $id = .id
recorder> GET /api/v1/recordings -> 403
  .type = "/problems/forbidden"
  .detail ~ read
player> GET /api/v1/recordings -> 200
  .items has 1 items
player> GET /api/v1/recordings/$id/audio -> 200
  body = @speech.opus
player> POST /api/v1/recordings
  @speech.opus
  -> 403
player> DELETE /api/v1/recordings/$id -> 403
player> POST /api/v1/tokens {"name": "more", "scopes": ["read", "write"]} -> 403

host> later 2 hours
recorder> POST /api/v1/recordings
  @speech.opus
  -> 401
  WWW-Authenticate ~ ^Bearer
ann> DELETE /api/v1/tokens/$player_id -> 204
player> GET /api/v1/recordings -> 401
  .type = "/problems/unauthenticated"

# Sessions: a wrong password, a second device, signing out.
nobody> POST /api/v1/sessions {"username": "ann", "password": "wrong horse"} -> 401
nobody> POST /api/v1/sessions {"username": "nobody", "password": "wrong horse"} -> 401
laptop> POST /api/v1/sessions {"username": " Ann ", "password": "correct horse"}
  -> 201  $laptop = .token
laptop> GET /api/v1/sessions -> 200
  .items has 2 items
laptop> DELETE /api/v1/sessions/current -> 204
laptop> GET /api/v1/users/me -> 401
ann> PATCH /api/v1/users/me {"password": "wrong horse", "new_password": "better horse"} -> 403
ann> PATCH /api/v1/users/me {"password": "correct horse", "new_password": "better horse"} -> 200
nobody> POST /api/v1/sessions {"username": "ann", "password": "correct horse"} -> 401
laptop> POST /api/v1/sessions {"username": "ann", "password": "better horse"}
  -> 201  $laptop = .token
laptop> DELETE /api/v1/sessions -> 204
laptop> GET /api/v1/users/me -> 401
nobody> GET /api/v1/users/me
  Authorization: Bearer nonsense
  -> 401
nobody> GET /api/v1/users/me -> 401
