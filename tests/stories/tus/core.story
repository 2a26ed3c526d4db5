# tus 1.0.0, the core: where an upload is, and appending to it.
with largest 100000
always Tus-Resumable: 1.0.0
always Content-Type: application/offset+octet-stream

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token
ann> POST /api/v1/uploads
  Upload-Length: 10
  -> 201  $upload = Location
  $id = Recording-Id

case 7: HEAD says where an upload is and how long it will be, also at its beginning
phone> HEAD $upload -> 200
  Upload-Offset: 0
  Upload-Length: 10
  Recording-Id: $id
  no body

case 7: no cache keeps that
phone> HEAD $upload -> 200
  Cache-Control: no-store

case 7: of an unknown upload there is no offset
phone> HEAD /api/v1/uploads/unknown -> 404
  no Upload-Offset

case 2, 7: HEAD is answered without a version, too
phone> HEAD $upload
  Tus-Resumable: none
  -> 200
  Upload-Offset: 0
  Tus-Resumable: 1.0.0

case 2, 6: a version that is not ours is 412, and nothing is done
phone> PATCH $upload
  Tus-Resumable: 0.2.2
  Upload-Offset: 0
  text hello
  -> 412
  Tus-Version: 1.0.0
  Tus-Resumable: 1.0.0
phone> POST $upload
  Tus-Resumable: none
  X-HTTP-Method-Override: DELETE
  -> 412
phone> HEAD $upload -> 200
  Upload-Offset: 0

case 2: none at all is the same
phone> PATCH $upload
  Tus-Resumable: none
  Upload-Offset: 0
  text hello
  -> 412
  Tus-Version: 1.0.0
ann> POST /api/v1/uploads
  Tus-Resumable: none
  Upload-Length: 10
  -> 412
  Tus-Version: 1.0.0
  no Location
phone> DELETE $upload
  Tus-Resumable: none
  -> 412
  Tus-Version: 1.0.0

case 2: a version that comes twice is none
phone> PATCH $upload
  Tus-Resumable: 1.0.0
  Tus-Resumable: 1.0.0
  Upload-Offset: 0
  text hello
  -> 412

case 8: another type of body is 415
phone> PATCH $upload
  Content-Type: application/octet-stream
  Upload-Offset: 0
  text hello
  -> 415
  no Upload-Offset
phone> PATCH $upload
  Content-Type: none
  Upload-Offset: 0
  text hello
  -> 415
phone> HEAD $upload -> 200
  Upload-Offset: 0

case 8: PATCH appends, and says where the upload is now
phone> PATCH $upload
  Upload-Offset: 0
  text hello
  -> 204
  Upload-Offset: 5
  Recording-Id: $id
  no body

case 8: a type with a parameter is the same type
phone> PATCH $upload
  Content-Type: Application/Offset+Octet-Stream; charset=binary
  Upload-Offset: 5
  -> 204
  Upload-Offset: 5

case 8: a smaller offset is 409 with the true one, and changes nothing
phone> PATCH $upload
  Upload-Offset: 4
  text world
  -> 409
  Upload-Offset: 5
  .type = "/problems/conflict"

case 8: so is a larger one
phone> PATCH $upload
  Upload-Offset: 6
  text world
  -> 409
  Upload-Offset: 5
phone> HEAD $upload -> 200
  Upload-Offset: 5

case 8: PATCH of an unknown upload is 404
phone> PATCH /api/v1/uploads/unknown
  Upload-Offset: 0
  text hello
  -> 404
  no Upload-Offset

case 8: a body that breaks off keeps what came
phone> PATCH $upload
  Upload-Offset: 5
  Connection: breaks
  text wo
  -> nothing
phone> HEAD $upload -> 200
  Upload-Offset: 7

case 8: also one in chunks
phone> PATCH $upload
  Upload-Offset: 7
  Transfer-Encoding: chunked
  Connection: breaks
  text r
  -> nothing
phone> HEAD $upload -> 200
  Upload-Offset: 8

case 8: what is known to be too long is refused as a whole
phone> PATCH $upload
  Upload-Offset: 8
  text ld and more
  -> 413
  no Upload-Offset
phone> HEAD $upload -> 200
  Upload-Offset: 8

case 8: the last byte completes the recording
phone> PATCH $upload
  Upload-Offset: 8
  text ld
  -> 204
  Upload-Offset: 10
ann> GET /api/v1/recordings/$id -> 200
  .state = "ready"
  .recovered = false
  .size = 10
ann> GET /api/v1/recordings/$id/audio -> 200
  body = text helloworld

case 7: HEAD of a complete upload says so
phone> HEAD $upload -> 200
  Upload-Offset: 10
  Upload-Length: 10
  no Upload-Defer-Length

case 8: nothing appended to a complete one at its end is no error: the answer may have been lost
phone> PATCH $upload
  Upload-Offset: 10
  -> 204
  Upload-Offset: 10
phone> PATCH $upload
  Upload-Offset: 10
  Transfer-Encoding: chunked
  0 letters
  -> 204
  Upload-Offset: 10

case 8: a byte more is 413
phone> PATCH $upload
  Upload-Offset: 10
  text !
  -> 413
  no Upload-Offset

case 8: what turns out to be too long is kept up to the length, complete, and then refused
ann> POST /api/v1/uploads
  Upload-Length: 10
  -> 201  $longer = Location
  $long = Recording-Id
phone> PATCH $longer
  Upload-Offset: 0
  Transfer-Encoding: chunked
  text helloworld and more
  -> 413
  no Upload-Offset
phone> HEAD $longer -> 200
  Upload-Offset: 10
ann> GET /api/v1/recordings/$long/audio -> 200
  body = text helloworld

case 6: POST can say PATCH
ann> POST /api/v1/uploads
  Upload-Length: 5
  -> 201  $other = Location
phone> POST $other
  X-HTTP-Method-Override: PATCH
  Upload-Offset: 0
  text hel
  -> 204
  Upload-Offset: 3

case 6: and HEAD
phone> POST $other
  X-HTTP-Method-Override: HEAD
  -> 200
  Upload-Offset: 3

case 6: and DELETE
phone> POST $other
  X-HTTP-Method-Override: DELETE
  -> 204
phone> HEAD $other -> 404

case 6: nothing else
phone> POST $upload
  X-HTTP-Method-Override: GET
  -> 405
  Allow ~ PATCH
phone> POST $upload -> 405
  Allow ~ PATCH

case 6: POST with it can be wrong as PATCH can
phone> POST $upload
  X-HTTP-Method-Override: PATCH
  Upload-Offset: 3
  text hel
  -> 409
  Upload-Offset: 10
phone> POST $upload
  X-HTTP-Method-Override: PATCH
  Content-Type: audio/wav
  Upload-Offset: 10
  text hel
  -> 415

case 3, 4, 5, 10: OPTIONS says what may be done here
phone> OPTIONS /api/v1/uploads
  Tus-Resumable: none
  -> 204
  Tus-Version: 1.0.0
  Tus-Extension: creation,creation-with-upload,creation-defer-length,expiration,checksum,termination,concatenation
  Tus-Max-Size: 100000
  Allow: OPTIONS, POST

case 10: also at an upload, and for any version
phone> OPTIONS $upload
  Tus-Resumable: 0.1
  -> 204
  Tus-Version: 1.0.0
  Allow: OPTIONS, HEAD, PATCH, DELETE, POST

case 5: the maximum is the largest recording that is taken
ann> POST /api/v1/uploads
  Upload-Length: 100000
  -> 201  $largest = Location
phone> DELETE $largest -> 204
ann> POST /api/v1/uploads
  Upload-Length: 100001
  -> 413

case 3, 4: a client that does not trim what is between the commas reads the lists, too
phone> OPTIONS /api/v1/uploads -> 204
  Tus-Extension ~ ^[a-z,-]+$
  Tus-Checksum-Algorithm ~ ^[a-z0-9,]+$

case 1: the version is on errors, too: 401
phone> POST /api/v1/uploads
  Upload-Length: 10
  -> 401
  Tus-Resumable: 1.0.0

case 1: 404, 405 and 409
phone> HEAD /api/v1/uploads/unknown -> 404
  Tus-Resumable: 1.0.0
phone> GET $upload -> 405
  Tus-Resumable: 1.0.0
phone> PUT /api/v1/uploads -> 405
  Tus-Resumable: 1.0.0
phone> PATCH $upload
  Upload-Offset: 1
  -> 409
  Tus-Resumable: 1.0.0

case 1: 400, 413 and 415
ann> POST /api/v1/uploads -> 400
  Tus-Resumable: 1.0.0
ann> POST /api/v1/uploads
  Upload-Length: 100001
  -> 413
  Tus-Resumable: 1.0.0
phone> PATCH $upload
  Content-Type: text/plain
  Upload-Offset: 10
  -> 415
  Tus-Resumable: 1.0.0

case 1: and on what went well
phone> HEAD $upload -> 200
  Tus-Resumable: 1.0.0
phone> OPTIONS $upload -> 204
  Tus-Resumable: 1.0.0
