# A phone that did not hear the answer sends again, and there is still one recording.

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token
ann> POST /api/v1/recordings?title=Monday
  Idempotency-Key: 6f1c
  @speech.opus
  -> 201  $id = .id
  no Idempotency-Replayed
ann> POST /api/v1/recordings?title=Monday
  Idempotency-Key: 6f1c
  @speech.opus
  -> 200
  Idempotency-Replayed: true
  .id = "$id"
ann> POST /api/v1/recordings?title=Monday
  Idempotency-Key: 6f1c
  @speech.wav
  -> 422
  .type = "/problems/key-reused"

# The client's own id does the same.
ann> POST /api/v1/recordings?clientId=tape-1
  @speech.wav
  -> 201  $tape = .id
  .client_id = "tape-1"
ann> POST /api/v1/recordings?clientId=tape-1
  @speech.wav
  -> 200
  .id = "$tape"
ann> GET /api/v1/recordings -> 200
  .items has 2 items

# Keys are an account's own.
eve> POST /api/v1/users {"username": "eve", "password": "battery staple"}
  -> 201  $eve = .token
eve> POST /api/v1/recordings
  Idempotency-Key: 6f1c
  @speech.wav
  -> 201
