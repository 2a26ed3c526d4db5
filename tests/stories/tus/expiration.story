# tus 1.0.0, expiration: 24 hours after the last append.
always Tus-Resumable: 1.0.0
always Content-Type: application/offset+octet-stream

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token

case 26: it is advertised
phone> OPTIONS /api/v1/uploads -> 204
  Tus-Extension ~ (^|,)expiration(,|$$)

case 27, 28: the creation says when it ends, as an HTTP date
ann> POST /api/v1/uploads
  Upload-Length: 10
  -> 201  $upload = Location
  Upload-Expires ~ ^Tue, 24 Nov 2026 10:00:\d\d GMT$$

case 27: HEAD says it, too
phone> HEAD $upload -> 200
  Upload-Expires ~ ^Tue, 24 Nov 2026 10:00:\d\d GMT$$

case 27: each append puts it off, and says so
host> later 12 hours
phone> PATCH $upload
  Upload-Offset: 0
  text hello
  -> 204
  Upload-Expires ~ ^Tue, 24 Nov 2026 22:00:\d\d GMT$$

case 27: an append of nothing says it, but does not put it off
host> later 1 hour
phone> PATCH $upload
  Upload-Offset: 5
  -> 204
  Upload-Expires ~ ^Tue, 24 Nov 2026 22:00:\d\d GMT$$

case 29: until then it goes on
host> later 22 hours
phone> HEAD $upload -> 200
  Upload-Offset: 5

case 29: then it is 404, without an offset
host> later 1 hour
phone> HEAD $upload -> 404
  no Upload-Offset
phone> PATCH $upload
  Upload-Offset: 5
  text world
  -> 404
  no Upload-Offset
phone> DELETE $upload -> 404

case 29: what came is kept all the same
host> sweeps
ann> GET /api/v1/recordings?state=ready -> 200
  .items has 1 items
  .items[0].size = 5
  .items[0].recovered = true

case 29: one that never had a byte leaves nothing
ann> POST /api/v1/uploads
  Upload-Length: 10
  -> 201  $empty = Location
host> later 25 hours
host> sweeps
phone> HEAD $empty -> 404
ann> GET /api/v1/recordings -> 200
  .items has 1 items
