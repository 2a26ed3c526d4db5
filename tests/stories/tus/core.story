# tus 1.0.0, the core: where an upload is, and appending to it.
with largest 100000

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token
ann> POST /api/v1/uploads
  Tus-Resumable: 1.0.0
  Upload-Length: 10
  -> 201  $upload = Location
  $id = Recording-Id

case 7: HEAD says where an upload is and how long it will be, also at its beginning
phone> HEAD $upload
  Tus-Resumable: 1.0.0
  -> 200
  Upload-Offset: 0
  Upload-Length: 10
  Cache-Control: no-store
  Recording-Id: $id
  no body

case 8: PATCH appends, and says where the upload is now
phone> PATCH $upload
  Tus-Resumable: 1.0.0
  Upload-Offset: 0
  Content-Type: application/offset+octet-stream
  text hello
  -> 204
  Upload-Offset: 5
  Recording-Id: $id

case 8: another offset is 409, with the true one, and nothing is changed
phone> PATCH $upload
  Tus-Resumable: 1.0.0
  Upload-Offset: 4
  Content-Type: application/offset+octet-stream
  text world
  -> 409
  Upload-Offset: 5
phone> PATCH $upload
  Tus-Resumable: 1.0.0
  Upload-Offset: 6
  Content-Type: application/offset+octet-stream
  text world
  -> 409
  Upload-Offset: 5

case 8: the last byte completes the recording
phone> PATCH $upload
  Tus-Resumable: 1.0.0
  Upload-Offset: 5
  Content-Type: application/offset+octet-stream
  text world
  -> 204
  Upload-Offset: 10
ann> GET /api/v1/recordings/$id -> 200
  .state = "ready"
  .size = 10
ann> GET /api/v1/recordings/$id/audio -> 200
  body = text helloworld
