# A recording that breaks off is kept, can go on, and is completed by itself.

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token

# What arrived is there at once, and is played.
ann> POST /api/v1/recordings?client_id=memo-1
  Content-Type: audio/wav
  Connection: breaks
  @speech.wav[0..60000]
  -> nothing
ann> GET /api/v1/recordings?client_id=memo-1
  -> 200  $id = .items[0].id
  .items has 1 items
  .items[0].state = "recording"
  .items[0].size = 60000
  .items[0].sha256 = null
ann> GET /api/v1/recordings/$id/audio
  Range: bytes=100-199
  -> 206
  Content-Range: bytes 100-199/*
  body = @speech.wav[100..200]
ann> GET /api/v1/recordings/$id/audio
  Range: bytes=59000-
  -> 206
  Content-Range: bytes 59000-59999/*
  body = @speech.wav[59000..60000]
ann> GET /api/v1/recordings/$id/audio
  Range: bytes=60000-60001
  -> 416

# After 30 seconds of silence it is interrupted, and can still go on.
host> later 31 seconds
ann> GET /api/v1/recordings/$id -> 200
  .state = "interrupted"
ann> POST /api/v1/recordings?client_id=memo-1
  Content-Type: audio/wav
  Connection: breaks
  @speech.wav[0..90000]
  -> nothing
ann> GET /api/v1/recordings/$id -> 200
  .state = "recording"
  .size = 90000

# Other bytes under the same id are not glued to it.
ann> POST /api/v1/recordings?client_id=memo-1
  95000 letters
  -> 422
  .type = "/problems/key-reused"

# After ten minutes it is made a recording by itself.
host> later 11 minutes
host> sweeps
ann> GET /api/v1/recordings/$id -> 200
  .state = "ready"
  .recovered = true
  .size = 90000
  .sha256 ~ ^[0-9a-f]{64}$
ann> GET /api/v1/recordings/$id/audio -> 200  $tag = ETag
  body = @speech.wav[0..90000]

# And still the client may bring the rest: then it is a recording as any other, with another tag.
ann> POST /api/v1/recordings?client_id=memo-1
  Content-Type: audio/wav
  @speech.wav
  -> 201
  .id = "$id"
  .state = "ready"
  .recovered = false
ann> GET /api/v1/recordings/$id/audio
  If-None-Match: $tag
  -> 200
  body = @speech.wav
host> sweeps
ann> GET /api/v1/recordings/$id/audio -> 200
  body = @speech.wav
ann> POST /api/v1/recordings?client_id=memo-1
  @speech.wav
  -> 200
  Idempotency-Replayed: true

# Without a key nobody comes back for it: it is recovered.
ann> POST /api/v1/recordings?title=alone
  Connection: breaks
  @speech.wav[0..5000]
  -> nothing
host> later 11 minutes
host> sweeps
ann> GET /api/v1/recordings?q=alone -> 200  $alone = .items[0].id
  .items has 1 items
  .items[0].recovered = true
ann> GET /api/v1/recordings/$alone/audio -> 200
  body = @speech.wav[0..5000]

# Nor does a day later anything disappear.
host> later 2 days
host> sweeps
ann> GET /api/v1/recordings -> 200
  .items has 2 items
