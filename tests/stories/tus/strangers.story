# tus 1.0.0: whoever has the URL may append, and nobody else finds anything.
with origin https://recorder.example
always Tus-Resumable: 1.0.0
always Content-Type: application/offset+octet-stream

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token

eve> POST /api/v1/users {"username": "eve", "password": "battery staple"}
  -> 201  $eve = .token
ann> POST /api/v1/uploads
  Upload-Length: 100
  text hello
  -> 201  $upload = Location
  $id = Recording-Id

case 7, 8: the URL is enough
phone> HEAD $upload -> 200
  Upload-Offset: 5
phone> PATCH $upload
  Upload-Offset: 5
  text world
  -> 204

case 7: its owner's token may come along
ann> HEAD $upload -> 200
  Upload-Offset: 10

case 7: somebody else's makes it a 404
eve> HEAD $upload -> 404
  no Upload-Offset

case 8, 35: for every method
eve> PATCH $upload
  Upload-Offset: 10
  text evil
  -> 404
  no Upload-Offset
eve> DELETE $upload -> 404
phone> HEAD $upload -> 200
  Upload-Offset: 10

case 7: so does what is no token
phone> HEAD $upload
  Authorization: Bearer nonsense
  -> 404
phone> HEAD $upload
  Authorization: Basic YW5uOmNvcnJlY3Q=
  -> 404
phone> PATCH $upload
  Authorization: Bearer td_s_nonsense
  Upload-Offset: 10
  text evil
  -> 404

case 12: to create takes a token
phone> POST /api/v1/uploads
  Upload-Length: 10
  -> 401
  WWW-Authenticate ~ Bearer

case 12: one that may record
ann> POST /api/v1/tokens {"name": "player", "scopes": ["read"]}
  -> 201  $player = .token
player> POST /api/v1/uploads
  Upload-Length: 10
  -> 403
  .detail ~ capture

case 12: and that is enough
ann> POST /api/v1/tokens {"name": "recorder", "scopes": ["capture"], "expires_in": 3600}
  -> 201  $recorder = .token
  $token = .id
recorder> POST /api/v1/uploads
  Upload-Length: 10
  -> 201  $taped = Location
recorder> GET /api/v1/recordings -> 403

case 7, 8: a token that expired meanwhile stops no upload for a day
host> later 2 hours
recorder> HEAD $taped -> 200
  Upload-Offset: 0
recorder> PATCH $taped
  Upload-Offset: 0
  text hello
  -> 204
recorder> POST /api/v1/uploads
  Upload-Length: 10
  -> 401
phone> HEAD $taped -> 200
  Upload-Offset: 5

case 7, 8: a token that was revoked ends its uploads
ann> DELETE /api/v1/tokens/$token -> 204
phone> HEAD $taped -> 404
phone> PATCH $taped
  Upload-Offset: 5
  text world
  -> 404

case 7: an id is no upload's URL
phone> HEAD /api/v1/uploads/$id -> 404
ann> HEAD /api/v1/uploads/$ann -> 404

case 10: a page of another origin may ask first
page> OPTIONS $upload
  Origin: https://recorder.example
  Access-Control-Request-Method: PATCH
  Access-Control-Request-Headers: tus-resumable, upload-offset, content-type
  -> 204
  Access-Control-Allow-Origin: https://recorder.example
  Access-Control-Allow-Methods ~ PATCH
  Access-Control-Allow-Headers ~ Tus-Resumable
  Access-Control-Allow-Headers ~ Upload-Offset
  Access-Control-Allow-Headers ~ Upload-Length
  Access-Control-Allow-Headers ~ Upload-Metadata
  Access-Control-Allow-Headers ~ Upload-Checksum
  Access-Control-Allow-Headers ~ Upload-Concat
  Access-Control-Allow-Headers ~ Upload-Defer-Length
  Access-Control-Allow-Headers ~ X-HTTP-Method-Override
  Access-Control-Allow-Headers ~ Upload-Draft-Interop-Version

case 7, 12: and reads what it needs
page> HEAD $upload
  Origin: https://recorder.example
  -> 200
  Access-Control-Expose-Headers ~ Location
  Access-Control-Expose-Headers ~ Upload-Offset
  Access-Control-Expose-Headers ~ Upload-Length
  Access-Control-Expose-Headers ~ Upload-Expires
  Access-Control-Expose-Headers ~ Upload-Metadata
  Access-Control-Expose-Headers ~ Upload-Defer-Length
  Access-Control-Expose-Headers ~ Upload-Concat
  Access-Control-Expose-Headers ~ Tus-Resumable
  Access-Control-Expose-Headers ~ Tus-Version
  Access-Control-Expose-Headers ~ Recording-Id

case 7: a page of no origin of ours reads nothing
page> HEAD $upload
  Origin: https://evil.example
  -> 200
  no Access-Control-Allow-Origin
