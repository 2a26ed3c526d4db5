# The IETF draft: going on at an upload's URL.
with largest 1000
always Upload-Draft-Interop-Version: 8
always Content-Type: application/partial-upload

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token
ann> POST /api/v1/recordings
  Upload-Complete: ?0
  Upload-Length: 20
  Content-Type: audio/wav
  text hello
  -> 201  $upload = Location
  $id = Recording-Id

case 6: HEAD has the offset, completeness, length and limits, and is not kept by a cache
phone> HEAD $upload -> 204
  Upload-Offset: 5
  Upload-Complete: ?0
  Upload-Length: 20
  Upload-Limit ~ ^max-size=1000, min-size=0, max-age=\d+$
  Cache-Control: no-store
  Recording-Id: $id

case 6: of an unknown upload it has nothing
phone> HEAD /api/v1/uploads/unknown -> 404
  no Upload-Offset
  no Upload-Complete

case 7: another type is 415, and says which it takes
phone> PATCH $upload
  Content-Type: audio/wav
  Upload-Offset: 5
  Upload-Complete: ?0
  text world
  -> 415
  Accept-Patch: application/partial-upload

case 7: both fields are needed
phone> PATCH $upload
  Upload-Complete: ?0
  text world
  -> 400
phone> PATCH $upload
  Upload-Offset: 5
  text world
  -> 400

case 7: offsets that are none are as if they were not there
phone> PATCH $upload
  Upload-Offset: -5
  Upload-Complete: ?0
  text world
  -> 400
phone> PATCH $upload
  Upload-Offset: 9223372036854775808
  Upload-Complete: ?0
  text world
  -> 400
phone> PATCH $upload
  Upload-Offset: "5"
  Upload-Complete: ?0
  text world
  -> 400
phone> PATCH $upload
  Upload-Offset: 5
  Upload-Offset: 5
  Upload-Complete: ?0
  text world
  -> 400
phone> PATCH $upload
  Upload-Offset: 5.0
  Upload-Complete: ?0
  text world
  -> 400

case 8, 13: another offset is 409, and says both
phone> PATCH $upload
  Upload-Offset: 4
  Upload-Complete: ?0
  text world
  -> 409
  Upload-Offset: 5
  Upload-Complete: ?0
  .type = "https://iana.org/assignments/http-problem-types#mismatching-upload-offset"
  .expected-offset = 5
  .provided-offset = 4

case 8: with a last part, too
phone> PATCH $upload
  Upload-Offset: 50
  Upload-Complete: ?1
  text world
  -> 409
  Upload-Offset: 5
  .provided-offset = 50

case 7, 11: a part is appended
phone> PATCH $upload
  Upload-Offset: 5
  Upload-Complete: ?0
  text world
  -> 204
  Upload-Complete: ?0
  Upload-Offset: 10
  104 Upload-Offset: 10
  no body

case 9: a length that changes is 400
phone> PATCH $upload
  Upload-Offset: 10
  Upload-Complete: ?0
  Upload-Length: 21
  text world
  -> 400
  .type = "https://iana.org/assignments/http-problem-types#inconsistent-upload-length"
  no Upload-Offset

case 9: so is a last part that ends elsewhere
phone> PATCH $upload
  Upload-Offset: 10
  Upload-Complete: ?1
  text world
  -> 400
  .type ~ inconsistent-upload-length

case 9: in chunks, too; what came is kept
phone> PATCH $upload
  Upload-Offset: 10
  Upload-Complete: ?1
  Transfer-Encoding: chunked
  text wor
  -> 400
phone> HEAD $upload -> 204
  Upload-Offset: 13
  Upload-Complete: ?0

case 9: and one that is known to go beyond
phone> PATCH $upload
  Upload-Offset: 13
  Upload-Complete: ?0
  text more than fits
  -> 400
  .type ~ inconsistent-upload-length
phone> HEAD $upload -> 204
  Upload-Offset: 13

case 14, 19: a break keeps what came, and the next request goes on at once
phone> PATCH $upload
  Upload-Offset: 13
  Upload-Complete: ?1
  Transfer-Encoding: chunked
  Connection: breaks
  text ld
  -> nothing
phone> HEAD $upload -> 204
  Upload-Offset: 15
  Upload-Complete: ?0

case 19: a break at the last byte does not complete, either
phone> PATCH $upload
  Upload-Offset: 15
  Upload-Complete: ?1
  Transfer-Encoding: chunked
  Connection: breaks
  text !!!!!
  -> nothing
phone> HEAD $upload -> 204
  Upload-Offset: 20
  Upload-Complete: ?0

case 10: nothing but ?1 completes
phone> PATCH $upload
  Upload-Offset: 20
  Upload-Complete: ?0
  -> 204
  Upload-Complete: ?0
ann> GET /api/v1/recordings/$id -> 200
  .state = "recording"
  .size = 20

case 10, 11: an empty last part does
phone> PATCH $upload
  Upload-Offset: 20
  Upload-Complete: ?1
  -> 201
  Upload-Complete: ?1
  Location: /api/v1/recordings/$id
  .id = "$id"
  .state = "ready"
ann> GET /api/v1/recordings/$id/audio -> 200
  body = text helloworldworld!!!!!

case 6: who missed that answer finds it by HEAD
phone> HEAD $upload -> 204
  Upload-Complete: ?1
  Upload-Offset: 20
  Recording-Id: $id

case 11, 13: a complete one takes nothing more
phone> PATCH $upload
  Upload-Offset: 20
  Upload-Complete: ?1
  -> 400
  .type = "https://iana.org/assignments/http-problem-types#completed-upload"
phone> PATCH $upload
  Upload-Offset: 20
  Upload-Complete: ?0
  text more
  -> 400
  .type ~ inconsistent-upload-length
phone> HEAD $upload -> 204
  Upload-Offset: 20

case 9: what turns out to go beyond the length is kept up to it, and the URL ends
ann> POST /api/v1/recordings
  Upload-Complete: ?0
  Upload-Length: 5
  -> 201  $beyond = Location
  $kept = Recording-Id
phone> PATCH $beyond
  Upload-Offset: 0
  Upload-Complete: ?0
  Transfer-Encoding: chunked
  text hello and more
  -> 413
  Upload-Limit ~ max-size
phone> HEAD $beyond -> 404
ann> GET /api/v1/recordings/$kept -> 200
  .size = 5
  .state = "recording"

case 18: a content digest is checked before anything counts
ann> POST /api/v1/recordings
  Upload-Complete: ?0
  Repr-Digest: sha-256=:${sha256 helloworld}:
  -> 201  $checked = Location
phone> PATCH $checked
  Upload-Offset: 0
  Upload-Complete: ?0
  Content-Digest: sha-256=:${sha256 hullo}:
  text hello
  -> 422
  no Upload-Offset
phone> HEAD $checked -> 204
  Upload-Offset: 0
phone> PATCH $checked
  Upload-Offset: 0
  Upload-Complete: ?0
  Content-Digest: sha-256=:${sha256 hello}:
  text hello
  -> 204

case 18: the digest that the creation announced is checked at the end
phone> PATCH $checked
  Upload-Offset: 5
  Upload-Complete: ?1
  text World
  -> 422
  .type = "/problems/digest-mismatch"
phone> HEAD $checked -> 204
  Upload-Offset: 10
  Upload-Complete: ?0

case 18: and lets pass what has it
ann> POST /api/v1/recordings
  Upload-Complete: ?0
  Repr-Digest: sha-256=:${sha256 helloworld}:
  text hello
  -> 201  $right = Location
phone> PATCH $right
  Upload-Offset: 5
  Upload-Complete: ?1
  Want-Repr-Digest: sha-256=1
  text world
  -> 201
  Repr-Digest: sha-256=:${sha256 helloworld}:

case 12: DELETE ends it; what it had is in the trash
ann> POST /api/v1/recordings
  Upload-Complete: ?0
  text hello
  -> 201  $over = Location
  $trashed = Recording-Id
phone> DELETE $over -> 204
phone> HEAD $over -> 404
phone> PATCH $over
  Upload-Offset: 5
  Upload-Complete: ?1
  -> 404
ann> GET /api/v1/recordings/$trashed -> 200
  .state = "trashed"

case 15, 16: more than a recording may have is 413, with the limit; what fits is kept
ann> POST /api/v1/recordings
  Upload-Complete: ?0
  -> 201  $most = Location
phone> PATCH $most
  Upload-Offset: 0
  Upload-Complete: ?0
  1001 letters
  -> 413
  Upload-Limit ~ max-size=1000

phone> HEAD $most -> 204
  Upload-Offset: 1000

case 15: the limit of age is what is left
ann> POST /api/v1/recordings
  Upload-Complete: ?0
  -> 201  $large = Location
host> later 1 hour
phone> HEAD $large -> 204
  Upload-Limit ~ max-age=82\d\d\d$

case 13: tus and the draft are two ways to one upload
phone> HEAD $large
  Tus-Resumable: 1.0.0
  Upload-Draft-Interop-Version: none
  -> 200
  Upload-Offset: 0
  Upload-Defer-Length: 1
phone> PATCH $large
  Tus-Resumable: 1.0.0
  Upload-Draft-Interop-Version: none
  Content-Type: application/offset+octet-stream
  Upload-Offset: 0
  text hello
  -> 204
phone> HEAD $large -> 204
  Upload-Offset: 5

case 20: a token that was revoked meanwhile completes nothing
ann> POST /api/v1/tokens {"name": "recorder", "scopes": ["capture"]}
  -> 201  $recorder = .token
  $token = .id
recorder> POST /api/v1/recordings
  Upload-Complete: ?0
  text hello
  -> 201  $taped = Location
ann> DELETE /api/v1/tokens/$token -> 204
phone> PATCH $taped
  Upload-Offset: 5
  Upload-Complete: ?1
  -> 404

case 14: somebody else's token finds nothing
eve> POST /api/v1/users {"username": "eve", "password": "battery staple"}
  -> 201  $eve = .token
eve> HEAD $large -> 404
eve> PATCH $large
  Upload-Offset: 5
  Upload-Complete: ?1
  -> 404
phone> HEAD $large -> 204
  Upload-Offset: 5
