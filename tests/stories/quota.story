# A full account hears how much still fits, and deleting for good makes room.
with quota 300000
with largest 250000

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token
  .user.quota_bytes = 300000
ann> POST /api/v1/recordings
  @speech.wav
  -> 201  $id = .id
ann> POST /api/v1/recordings
  @speech.mp3
  -> 201
ann> POST /api/v1/recordings
  100000 letters
  -> 413
  .type = "/problems/over-quota"
  .bytes_left ~ ^\d+$
  .detail ~ .
ann> POST /api/v1/recordings
  Transfer-Encoding: chunked
  100000 letters
  -> 413
  .type = "/problems/over-quota"
ann> POST /api/v1/recordings
  260000 letters
  -> 413
  .type = "/problems/too-large"
ann> GET /api/v1/recordings -> 200
  .items has 2 items

ann> DELETE /api/v1/recordings/$id -> 204
ann> POST /api/v1/recordings
  100000 letters
  -> 413
ann> DELETE /api/v1/recordings/$id?permanent=1 -> 204
ann> POST /api/v1/recordings
  100000 letters
  -> 201  $id = .id
ann> GET /api/v1/recordings/$id/audio -> 200
  body = 100000 letters
