# What belongs to somebody else is not there.

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token
eve> POST /api/v1/users {"username": "eve", "password": "battery staple"}
  -> 201  $eve = .token
eve> POST /api/v1/users {"username": "ANN", "password": "battery staple"} -> 409
ann> POST /api/v1/recordings?title=Secret
  @speech.opus
  -> 201  $id = .id
ann> POST /api/v1/tokens {"name": "mine", "scopes": ["read"]}
  -> 201  $token_id = .id

eve> GET /api/v1/recordings/$id -> 404
  .type = "/problems/not-found"
  $said = .detail
eve> GET /api/v1/recordings/01ARZ3NDEKTSV4RRFFQ69G5FAV -> 404
  .detail = "$said"
eve> GET /api/v1/recordings/$id/audio -> 404
eve> PATCH /api/v1/recordings/$id {"title": "Mine"} -> 404
eve> DELETE /api/v1/recordings/$id -> 404
eve> POST /api/v1/recordings/$id/restore -> 404
eve> POST /api/v1/recordings/$id/playback-urls -> 404
eve> DELETE /api/v1/tokens/$token_id -> 404
eve> GET /api/v1/recordings -> 200
  .items has 0 items
eve> GET /api/v1/recordings/changes -> 200
  .items has 0 items
ann> GET /api/v1/recordings/$id -> 200
  .title = "Secret"
