# The first five minutes: sign up, upload speech, list, play, delete, change one's mind.

nobody> GET /healthz -> 200
  body ~ ^ok

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token
  .user.username = "ann"
  .user.used_bytes = 0
  .token ~ ^td_s_
  .expires_at ~ Z$
  Cache-Control ~ no-store

# curl -T speech.wav URL/
ann> PUT /api/v1/recordings/speech.wav
  @speech.wav
  -> 201  $wav = .id
  Location ~ ^/api/v1/recordings/[0-9A-Z]{26}$
  .file_name = "speech.wav"
  .state = "ready"
  .size = 227244
  .content_type = "audio/wav"

ann> POST /api/v1/recordings?title=Cold%20hearted&tags=austen,speech
  Content-Type: audio/ogg
  Recorded-At: 2026-11-20T08:00:00+01:00
  Transfer-Encoding: chunked
  @speech.opus
  -> 201  $opus = .id
  .title = "Cold hearted"
  .tags = ["austen", "speech"]
  .recorded_at = "2026-11-20T07:00:00.000Z"
  .content_type = "audio/ogg"

ann> GET /api/v1/recordings -> 200
  .items has 2 items
  .items[0].file_name = "speech.wav"
  .items[1].title = "Cold hearted"
  .next_cursor = null

ann> GET /api/v1/recordings/$wav/audio
  Range: bytes=0-43
  -> 206
  Content-Range: bytes 0-43/227244
  Content-Type: audio/wav
  X-Content-Type-Options: nosniff
  body = @speech.wav[0..44]
ann> GET /api/v1/recordings/$opus/audio -> 200
  body = @speech.opus
ann> HEAD /api/v1/recordings/$wav/audio -> 200
  Accept-Ranges: bytes
  no body

ann> DELETE /api/v1/recordings/$wav -> 204
ann> GET /api/v1/recordings -> 200
  .items has 1 items
ann> POST /api/v1/recordings/$wav/restore -> 200
  .state = "ready"
  .trashed_at = null
ann> GET /api/v1/recordings/$wav/audio -> 200
  body = @speech.wav
ann> GET /api/v1/users/me -> 200
  .username = "ann"
  .reserved_bytes = 0
