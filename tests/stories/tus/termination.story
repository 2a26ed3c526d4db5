# tus 1.0.0, termination: the upload is over; what was recorded is not lost by it.
with quota 1000
always Tus-Resumable: 1.0.0
always Content-Type: application/offset+octet-stream

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token

case 35: it is advertised
phone> OPTIONS /api/v1/uploads -> 204
  Tus-Extension ~ (^|,)termination(,|$$)

case 35: DELETE ends an upload
ann> POST /api/v1/uploads
  Upload-Length: 10
  text hello
  -> 201  $upload = Location
  $id = Recording-Id
phone> DELETE $upload -> 204
  no body

case 35: then it is 404, for every method
phone> HEAD $upload -> 404
  no Upload-Offset
phone> PATCH $upload
  Upload-Offset: 5
  text world
  -> 404
phone> DELETE $upload -> 404

case 35: its recording is in the trash with what it had
ann> GET /api/v1/recordings?state=trashed -> 200
  .items has 1 items
  .items[0].id = "$id"
  .items[0].size = 5

case 35: one without bytes is gone, and gives back what it had reserved
ann> POST /api/v1/uploads
  Upload-Length: 900
  -> 201  $empty = Location
  $nothing = Recording-Id
ann> POST /api/v1/uploads
  Upload-Length: 900
  -> 413
phone> DELETE $empty -> 204
ann> GET /api/v1/recordings/$nothing -> 404
ann> POST /api/v1/uploads
  Upload-Length: 900
  -> 201  $again = Location
phone> DELETE $again -> 204

case 35: a complete recording stays when its upload ends
ann> POST /api/v1/uploads
  Upload-Length: 5
  text hello
  -> 201  $done = Location
  $kept = Recording-Id
phone> DELETE $done -> 204
phone> HEAD $done -> 404
ann> GET /api/v1/recordings/$kept -> 200
  .state = "ready"
  .trashed_at = null

case 35: a recording that its owner deletes ends its upload
ann> POST /api/v1/uploads
  Upload-Length: 10
  -> 201  $other = Location
  $deleted = Recording-Id
ann> DELETE /api/v1/recordings/$deleted -> 204
phone> HEAD $other -> 404
phone> PATCH $other
  Upload-Offset: 0
  text hello
  -> 404
