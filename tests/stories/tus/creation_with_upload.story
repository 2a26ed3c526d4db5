# tus 1.0.0, creation-with-upload: the first bytes come along.
always Tus-Resumable: 1.0.0
always Content-Type: application/offset+octet-stream

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token

case 22: it is advertised, beside creation
phone> OPTIONS /api/v1/uploads -> 204
  Tus-Extension ~ (^|,)creation,.*creation-with-upload(,|$$)

case 23, 24: all of the body is taken, and the answer says so
ann> POST /api/v1/uploads
  Upload-Length: 10
  text hello
  -> 201  $upload = Location
  Upload-Offset: 5
phone> HEAD $upload -> 200
  Upload-Offset: 5

case 24: a whole recording in one request
ann> POST /api/v1/uploads
  Upload-Length: 10
  text helloworld
  -> 201  $id = Recording-Id
  Upload-Offset: 10
ann> GET /api/v1/recordings/$id -> 200
  .state = "ready"
ann> GET /api/v1/recordings/$id/audio -> 200
  body = text helloworld

case 24: real audio in chunks, its length deferred
ann> POST /api/v1/uploads
  Upload-Defer-Length: 1
  Transfer-Encoding: chunked
  @speech.wav
  -> 201  $wav = Location
  $speech = Recording-Id
  Upload-Offset: 227244
phone> PATCH $wav
  Upload-Offset: 227244
  Upload-Length: 227244
  -> 204
ann> GET /api/v1/recordings/$speech/audio -> 200
  Content-Type: audio/wav
  body = @speech.wav

case 24: a body of another type is not the upload's
ann> POST /api/v1/uploads
  Content-Type: text/plain
  Upload-Length: 10
  text hello
  -> 201
  Upload-Offset: 0

case 24: nor is one of no type
ann> POST /api/v1/uploads
  Content-Type: none
  Upload-Length: 10
  text hello
  -> 201
  Upload-Offset: 0

case 23: an empty body with the type is a creation as ever
ann> POST /api/v1/uploads
  Upload-Length: 10
  -> 201
  Upload-Offset: 0
ann> POST /api/v1/uploads
  Upload-Defer-Length: 1
  Transfer-Encoding: chunked
  0 letters
  -> 201
  Upload-Offset: 0

case 24: a body that is longer than the length is 413, and makes no upload
ann> GET /api/v1/recordings?state=recording -> 200
  .items has 5 items
ann> POST /api/v1/uploads
  Upload-Length: 4
  text hello
  -> 413
  no Location
ann> GET /api/v1/recordings?state=recording -> 200
  .items has 5 items

case 25: who waits for a 100 hears the refusal instead: too large
ann> POST /api/v1/uploads
  Expect: 100-continue
  Upload-Length: 99999999999999
  text hello
  -> 413
  no 100

case 25: no token
phone> POST /api/v1/uploads
  Expect: 100-continue
  Upload-Length: 10
  text hello
  -> 401
  no 100

case 25: another offset
phone> PATCH $upload
  Expect: 100-continue
  Upload-Offset: 0
  text world
  -> 409
  Upload-Offset: 5
  no 100

case 25: an unknown upload
phone> PATCH /api/v1/uploads/unknown
  Expect: 100-continue
  Upload-Offset: 5
  text world
  -> 404
  no 100

case 25: another type
phone> PATCH $upload
  Content-Type: text/plain
  Expect: 100-continue
  Upload-Offset: 5
  text world
  -> 415
  no 100

case 24: a creation that breaks off keeps what came, for its client id
ann> POST /api/v1/uploads
  Upload-Length: 10
  Upload-Metadata: clientId ${base64 tape-9}
  Connection: breaks
  text hello
  -> nothing
ann> POST /api/v1/uploads
  Upload-Length: 10
  Upload-Metadata: clientId ${base64 tape-9}
  -> 201
  Upload-Offset: 5
