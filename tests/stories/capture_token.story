# A token for a device can only record, and only so much.

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token
ann> POST /api/v1/tokens {"name": "door bell", "scopes": ["capture"], "max_bytes": 100000, "max_seconds": 60, "max_live": 1}
  -> 201  $bell = .token
  $bell_id = .id
  .max_bytes = 100000
  .max_seconds = 60
  .max_live = 1
ann> POST /api/v1/tokens {"name": "odd", "scopes": ["capture"], "max_bytes": 0} -> 400
ann> POST /api/v1/tokens {"name": "odd", "scopes": ["capture"], "max_live": -1} -> 400

# Not too much, and it cannot look at what there is.
bell> POST /api/v1/recordings
  100001 letters
  -> 413
  .type = "/problems/too-large"
bell> POST /api/v1/recordings
  100000 letters
  -> 201  $id = .id
bell> GET /api/v1/recordings/$id -> 403
bell> GET /api/v1/recordings/$id/audio -> 403
bell> DELETE /api/v1/recordings/$id -> 403
bell> POST /api/v1/tokens {"name": "child", "scopes": ["capture"]} -> 403

# One at a time; it can go on with the one that broke off.
bell> POST /api/v1/recordings
  Idempotency-Key: first
  Connection: breaks
  20000 letters[0..5000]
  -> nothing
bell> POST /api/v1/uploads
  Tus-Resumable: 1.0.0
  Upload-Length: 10
  -> 429
  .detail ~ finish one
bell> POST /api/v1/recordings
  Idempotency-Key: first
  20000 letters
  -> 201

# Not too long: what came in time is kept.
bell> POST /api/v1/uploads
  Tus-Resumable: 1.0.0
  Upload-Defer-Length: 1
  -> 201  $upload = Location
  $live = Recording-Id
bell> PATCH $upload
  Tus-Resumable: 1.0.0
  Content-Type: application/offset+octet-stream
  Upload-Offset: 0
  1000 letters
  -> 204
host> later 61 seconds
bell> PATCH $upload
  Tus-Resumable: 1.0.0
  Content-Type: application/offset+octet-stream
  Upload-Offset: 1000
  1000 letters
  -> 408
bell> HEAD $upload
  Tus-Resumable: 1.0.0
  -> 200
  Upload-Offset: 1000

# Revoked, it ends what it had under way.
ann> DELETE /api/v1/tokens/$bell_id -> 204
nobody> HEAD $upload
  Tus-Resumable: 1.0.0
  -> 404
nobody> PATCH $upload
  Tus-Resumable: 1.0.0
  Content-Type: application/offset+octet-stream
  Upload-Offset: 1000
  1000 letters
  -> 404
ann> GET /api/v1/recordings/$live -> 200
  .size = 1000
