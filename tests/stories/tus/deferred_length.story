# tus 1.0.0, creation-defer-length: a length that is known later, or at the end.
with largest 1000
always Tus-Resumable: 1.0.0
always Content-Type: application/offset+octet-stream

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token

case 18: it is advertised
phone> OPTIONS /api/v1/uploads -> 204
  Tus-Extension ~ (^|,)creation-defer-length(,|$$)

case 19: HEAD says that the length is not known
ann> POST /api/v1/uploads
  Upload-Defer-Length: 1
  -> 201  $upload = Location
  $id = Recording-Id
  Upload-Offset: 0
phone> HEAD $upload -> 200
  Upload-Defer-Length: 1
  no Upload-Length

case 21: bytes come without a length
phone> PATCH $upload
  Upload-Offset: 0
  text hello
  -> 204
  Upload-Offset: 5
phone> HEAD $upload -> 200
  Upload-Defer-Length: 1
  Upload-Offset: 5

case 19, 21: the length comes with a PATCH, and then HEAD knows it
phone> PATCH $upload
  Upload-Offset: 5
  Upload-Length: 10
  text wo
  -> 204
  Upload-Offset: 7
phone> HEAD $upload -> 200
  Upload-Length: 10
  no Upload-Defer-Length

case 20: once known it does not change
phone> PATCH $upload
  Upload-Offset: 7
  Upload-Length: 11
  text rld
  -> 400
phone> PATCH $upload
  Upload-Offset: 7
  Upload-Length: 9
  text rl
  -> 400
phone> HEAD $upload -> 200
  Upload-Length: 10
  Upload-Offset: 7

case 20: the same one again is no contradiction
phone> PATCH $upload
  Upload-Offset: 7
  Upload-Length: 10
  text rld
  -> 204
  Upload-Offset: 10
ann> GET /api/v1/recordings/$id -> 200
  .state = "ready"

case 20: nor does the length of one that was created with it
ann> POST /api/v1/uploads
  Upload-Length: 10
  -> 201  $fixed = Location
phone> PATCH $fixed
  Upload-Offset: 0
  Upload-Length: 5
  text hello
  -> 400
phone> HEAD $fixed -> 200
  Upload-Length: 10
  Upload-Offset: 0

case 21: the length may come behind the last byte, without one
ann> POST /api/v1/uploads
  Upload-Defer-Length: 1
  -> 201  $live = Location
  $tape = Recording-Id
phone> PATCH $live
  Upload-Offset: 0
  text hello
  -> 204
phone> PATCH $live
  Upload-Offset: 5
  Upload-Length: 5
  -> 204
  Upload-Offset: 5
ann> GET /api/v1/recordings/$tape -> 200
  .state = "ready"
  .size = 5

case 21: or before the first, without one
ann> POST /api/v1/uploads
  Upload-Defer-Length: 1
  -> 201  $early = Location
phone> PATCH $early
  Upload-Offset: 0
  Upload-Length: 5
  -> 204
  Upload-Offset: 0
phone> HEAD $early -> 200
  Upload-Length: 5
  Upload-Offset: 0

case 20: a length below what is there is 400
ann> POST /api/v1/uploads
  Upload-Defer-Length: 1
  -> 201  $short = Location
phone> PATCH $short
  Upload-Offset: 0
  text hello
  -> 204
phone> PATCH $short
  Upload-Offset: 5
  Upload-Length: 4
  -> 400
  no Upload-Offset
phone> HEAD $short -> 200
  Upload-Defer-Length: 1

case 15, 21: one over the maximum is 413
phone> PATCH $short
  Upload-Offset: 5
  Upload-Length: 1001
  -> 413

case 9, 21: one that is no number is 400
phone> PATCH $short
  Upload-Offset: 5
  Upload-Length: -1
  -> 400
phone> HEAD $short -> 200
  Upload-Defer-Length: 1

case 20: more bytes than the length that comes with them are 413, and the length stays unknown
phone> PATCH $short
  Upload-Offset: 5
  Upload-Length: 7
  text world
  -> 413
phone> HEAD $short -> 200
  Upload-Offset: 5
  Upload-Defer-Length: 1

case 15: one that grows without a length ends at the maximum
ann> POST /api/v1/uploads
  Upload-Defer-Length: 1
  -> 201  $endless = Location
phone> PATCH $endless
  Upload-Offset: 0
  Transfer-Encoding: chunked
  1500 letters
  -> 413
phone> HEAD $endless -> 200
  Upload-Offset: 1000

case 19: one that nobody ends is made ready, and may still go on
host> later 11 minutes
host> sweeps
phone> HEAD $short -> 200
  Upload-Offset: 5
  Upload-Defer-Length: 1
phone> PATCH $short
  Upload-Offset: 5
  Upload-Length: 10
  text world
  -> 204
  Upload-Offset: 10
