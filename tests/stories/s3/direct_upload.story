# A recording goes straight to the store, and counts when it was read back.
with direct 50000
with quota 300000

ann> GET /api/v1/config -> 200
  .uploads.direct_from_bytes = 50000
ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token
ann> POST /api/v1/uploads {"mode": "direct", "length": 200000, "title": "Long", "clientId": "one"}
  -> 201  $id = .recording_id
  $upload = Location
  Location ~ ^/api/v1/uploads/td_u_
  .part_count = 1
  .parts has 1 items
  .parts[0].bytes = 200000
  .next_part = null
  $url = .parts[0].url
ann> GET /api/v1/recordings/$id -> 200
  .state = "recording"
  .size = 0
ann> GET /api/v1/users/me -> 200
  .reserved_bytes = 200000

# The URL takes all of its bytes, and nothing else; the store is another server.
store> PUT $url
  199999 letters
  -> 403
store> PUT $url
  200000 letters
  -> 200  $etag = ETag
somebody> GET $upload/parts -> 200
  .parts[0].etag ~ ^[0-9a-f]{32}$

# Who completes it must say the truth.
somebody> POST $upload/complete {"parts": []}
  -> 400
  .type = "/problems/invalid"
somebody> POST $upload/complete {"parts": [{"number": 1, "etag": "0123"}]}
  -> 409
  .type = "/problems/conflict"
somebody> POST $upload/complete {"parts": [{"number": 1, "etag": $etag}], "sha256": "0000000000000000000000000000000000000000000000000000000000000000"}
  -> 422
  .type = "/problems/digest-mismatch"
somebody> POST $upload/complete {"parts": [{"number": 1, "etag": $etag}]}
  -> 404
store> PUT $url
  200000 letters
  -> 404

# Under its client id it is begun again, as the same recording.
ann> POST /api/v1/uploads {"mode": "direct", "length": 200000, "title": "Long", "clientId": "one"}
  -> 201
  .recording_id = "$id"
  $upload = Location
  $url = .parts[0].url
store> PUT $url
  200000 letters
  -> 200  $etag = ETag
somebody> POST $upload/complete {"parts": [{"number": 1, "etag": $etag}]}
  -> 201
  .id = "$id"
  .state = "ready"
  .size = 200000
somebody> POST $upload/complete {"parts": [{"number": 1, "etag": $etag}]}
  -> 201
  .id = "$id"
ann> GET /api/v1/recordings/$id/audio -> 200
  body = 200000 letters
ann> GET /api/v1/users/me -> 200
  .used_bytes = 200000
  .reserved_bytes = 0
host> sweeps
ann> GET /api/v1/recordings/$id/audio -> 200
  body = 200000 letters

# What there is no room for is refused before a byte is sent, and what was given up makes room.
ann> POST /api/v1/uploads {"mode": "direct", "length": 100001}
  -> 413
  .type = "/problems/over-quota"
ann> POST /api/v1/uploads {"mode": "direct", "length": 90000}
  -> 201
  $upload = Location
ann> POST /api/v1/uploads {"mode": "direct", "length": 90000}
  -> 413
somebody> DELETE $upload -> 204
somebody> GET $upload/parts -> 404
ann> POST /api/v1/uploads {"mode": "direct", "length": 90000}
  -> 201
  $upload = Location
host> later 25 hours
somebody> GET $upload/parts -> 404
host> sweeps
ann> GET /api/v1/users/me -> 200
  .used_bytes = 200000
  .reserved_bytes = 0
ann> GET /api/v1/recordings -> 200
  .items has 1 items
