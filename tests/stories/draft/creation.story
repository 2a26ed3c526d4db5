# The IETF draft: an upload begins wherever a recording can.
with largest 300000

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token

case 1: POST and PUT of a recording, with a name and without
ann> PUT /api/v1/recordings
  Upload-Complete: ?0
  -> 201
  Location ~ ^/api/v1/uploads/
  Upload-Complete: ?0
ann> PUT /api/v1/recordings/memo.wav
  Upload-Complete: ?0
  -> 201  $memo = Recording-Id
ann> GET /api/v1/recordings/$memo -> 200
  .file_name = "memo.wav"

case 1: POST of an upload, with its name and type
ann> POST /api/v1/uploads?title=Monday
  Upload-Complete: ?0
  Content-Disposition: inline; filename="mémo.opus"; filename*=UTF-8''m%C3%A9mo.opus
  Content-Type: audio/ogg
  -> 201  $named = Recording-Id
ann> GET /api/v1/recordings/$named -> 200
  .title = "Monday"
  .file_name = "mémo.opus"
  .content_type = "audio/ogg"

case 1: without the draft's fields the same request is an ordinary one
ann> POST /api/v1/recordings
  text hello
  -> 201
  no Upload-Complete
  no 104

case 1: what is no boolean is as if it were not there
ann> POST /api/v1/recordings
  Upload-Complete: 1
  text hello
  -> 201
  no Upload-Complete
ann> POST /api/v1/recordings
  Upload-Complete: true
  text hello
  -> 201
  no Upload-Complete

case 2: without a version there is no 104, and it works all the same
ann> POST /api/v1/recordings
  Upload-Complete: ?1
  text hello
  -> 201
  Upload-Complete: ?1
  no 104
  no Upload-Draft-Interop-Version

case 2: a version that we do not know is the same
ann> POST /api/v1/recordings
  Upload-Complete: ?1
  Upload-Draft-Interop-Version: 2
  text hello
  -> 201
  no 104
ann> POST /api/v1/recordings
  Upload-Complete: ?1
  Upload-Draft-Interop-Version: 9
  text hello
  -> 201
  no 104

case 3: in chunks, what is durable is told while it comes
ann> POST /api/v1/recordings
  Upload-Complete: ?1
  Upload-Draft-Interop-Version: 8
  Transfer-Encoding: chunked
  @speech.wav
  -> 201
  104 Location ~ ^/api/v1/uploads/
  104 Upload-Offset ~ ^\d+$
  .size = 227244

case 3, 17: also to who waits for a 100, and nobody is sent elsewhere
ann> POST /api/v1/recordings
  Upload-Complete: ?1
  Upload-Draft-Interop-Version: 8
  Expect: 100-continue
  text hello
  -> 201
  104 Location ~ ^/api/v1/uploads/

case 17: a refusal comes instead of the 100
eve> POST /api/v1/recordings
  Upload-Complete: ?1
  Upload-Draft-Interop-Version: 8
  Expect: 100-continue
  text hello
  -> 401
  no 100
  no 104

case 4: the answer is the resource's own
ann> POST /api/v1/recordings?tags=work
  Upload-Complete: ?1
  Want-Repr-Digest: sha-256=1
  text hello
  -> 201
  Upload-Complete: ?1
  Upload-Offset: 5
  Location ~ ^/api/v1/recordings/
  Repr-Digest: sha-256=:${sha256 hello}:
  ETag ~ .
  .tags = ["work"]

case 4: also when it refuses
ann> POST /api/v1/recordings
  Upload-Complete: ?1
  -> 400
  no Location

case 5: an empty part is a way to learn the place first
ann> POST /api/v1/recordings
  Upload-Complete: ?0
  Upload-Length: 10
  -> 201  $empty = Location
  Upload-Offset: 0
phone> HEAD $empty
  Upload-Draft-Interop-Version: 8
  -> 204
  Upload-Offset: 0
  Upload-Length: 10
  Upload-Complete: ?0

case 6: HEAD of who does not say a version has all of it, too
phone> HEAD $empty -> 200
  Upload-Offset: 0
  Upload-Length: 10
  Upload-Complete: ?0
  Upload-Limit ~ max-size

case 9: a length that contradicts the body is 400
ann> POST /api/v1/recordings
  Upload-Complete: ?1
  Upload-Length: 10
  text hello
  -> 400
  .type = "https://iana.org/assignments/http-problem-types#inconsistent-upload-length"
  no Location
ann> POST /api/v1/recordings
  Upload-Complete: ?0
  Upload-Length: 4
  text hello
  -> 400
  .type ~ inconsistent-upload-length

case 9: one that is no number is as if it were not there
ann> POST /api/v1/recordings
  Upload-Complete: ?0
  Upload-Length: -4
  text hello
  -> 201  $unknown = Location
phone> HEAD $unknown
  Upload-Draft-Interop-Version: 8
  -> 204
  no Upload-Length

case 10: a part that has the whole length does not complete
ann> POST /api/v1/recordings
  Upload-Complete: ?0
  Upload-Length: 5
  text hello
  -> 201
  Upload-Complete: ?0
  Upload-Offset: 5

case 15: OPTIONS says that it can be done, and how large
phone> OPTIONS /api/v1/recordings -> 204
  Accept-Patch: application/partial-upload
  Upload-Limit: max-size=300000, min-size=0
  Allow ~ POST
phone> OPTIONS /api/v1/uploads -> 204
  Accept-Patch: application/partial-upload
  Upload-Limit: max-size=300000, min-size=0

case 15, 16: too large is 413, with the limit
ann> POST /api/v1/recordings
  Upload-Complete: ?0
  Upload-Length: 300001
  -> 413
  Upload-Limit ~ max-size=300000
ann> POST /api/v1/recordings
  Upload-Complete: ?1
  400000 letters
  -> 413
  Upload-Limit ~ max-size=300000

case 18: a content digest that does not fit: nothing counts
ann> POST /api/v1/recordings
  Upload-Complete: ?1
  Content-Digest: sha-256=:${sha256 hullo}:
  text hello
  -> 422
  .type = "/problems/digest-mismatch"

case 18: one that fits
ann> POST /api/v1/recordings
  Upload-Complete: ?1
  Content-Digest: sha-256=:${sha256 hello}:
  Repr-Digest: sha-256=:${sha256 hello}:
  text hello
  -> 201
  .state = "ready"

case 18: a digest of the whole that does not fit: it is not complete, but nothing is lost
ann> POST /api/v1/recordings?clientId=broken
  Upload-Complete: ?1
  Repr-Digest: sha-256=:${sha256 hullo}:
  text hello
  -> 422
ann> GET /api/v1/recordings?client_id=broken -> 200
  .items[0].state = "recording"
  .items[0].size = 5

case 19: a break completes nothing, and what came is kept
ann> POST /api/v1/recordings?clientId=cut
  Upload-Complete: ?1
  Connection: breaks
  text hello
  -> nothing
ann> GET /api/v1/recordings?client_id=cut -> 200
  .items[0].state = "recording"
  .items[0].size = 5

case 4, 19: who begins again under the same client id sends only what is missing, in effect
ann> POST /api/v1/recordings?clientId=cut
  Upload-Complete: ?1
  Upload-Draft-Interop-Version: 8
  text hello!
  -> 201
  104 Location ~ ^/api/v1/uploads/
  .size = 6
ann> POST /api/v1/recordings?clientId=cut
  Upload-Complete: ?1
  text hello!
  -> 200
  Idempotency-Replayed: true
  Upload-Complete: ?1

case 4, 19: and with other bytes hears that they are others
ann> POST /api/v1/recordings?clientId=cut
  Upload-Complete: ?1
  text hallo!
  -> 422
  .type = "/problems/key-reused"

case 20: it takes the right to record
ann> POST /api/v1/tokens {"name": "player", "scopes": ["read"]}
  -> 201  $player = .token
player> POST /api/v1/recordings
  Upload-Complete: ?1
  text hello
  -> 403
eve> POST /api/v1/recordings
  Upload-Complete: ?0
  -> 401
