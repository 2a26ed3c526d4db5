# The trash: thirty days to change one's mind, then the bytes are gone and the quota is back.

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token
ann> POST /api/v1/recordings?title=One
  @speech.wav
  -> 201  $one = .id
ann> POST /api/v1/recordings?title=Two
  @speech.opus
  -> 201  $two = .id

# Nothing is gone at once.
ann> DELETE /api/v1/recordings/$one?permanent=1 -> 409
ann> DELETE /api/v1/recordings/$one -> 204
ann> DELETE /api/v1/recordings/$one -> 204
ann> GET /api/v1/recordings/$one -> 200
  .state = "trashed"
  .trashed_at ~ Z$
ann> GET /api/v1/recordings?state=trashed -> 200
  .items has 1 items
  .items[0].title = "One"
ann> GET /api/v1/users/me -> 200
  $both = .used_bytes

host> later 29 days
host> sweeps
ann> POST /api/v1/recordings/$one/restore -> 200
  .state = "ready"
ann> GET /api/v1/recordings/$one/audio -> 200
  body = @speech.wav

ann> DELETE /api/v1/recordings/$one -> 204
ann> DELETE /api/v1/recordings/$one?permanent=1 -> 204
ann> GET /api/v1/recordings/$one -> 404
ann> GET /api/v1/recordings/$one/audio -> 404
ann> POST /api/v1/recordings/$one/restore -> 404

ann> DELETE /api/v1/recordings/$two -> 204
host> later 29 days
ann> GET /api/v1/recordings/$two -> 200
host> later 2 days
host> sweeps
ann> POST /api/v1/sessions {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token
ann> GET /api/v1/recordings/$two -> 404
ann> GET /api/v1/recordings?state=trashed -> 200
  .items has 0 items
ann> GET /api/v1/users/me -> 200
  .used_bytes = 0
