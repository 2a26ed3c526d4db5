# The IETF draft, interop version 8.
always Upload-Draft-Interop-Version: 8

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token

case 2, 3, 4: a whole recording: 104 says where it can go on, then comes the answer of the resource
ann> POST /api/v1/recordings
  Upload-Complete: ?1
  Content-Type: audio/wav
  @speech.wav
  -> 201
  104 Upload-Draft-Interop-Version: 8
  104 Location ~ ^/api/v1/uploads/td_u_
  104 Upload-Limit ~ ^max-size=\d+, min-size=0, max-age=\d+$$
  Upload-Complete: ?1
  Upload-Draft-Interop-Version: 8
  Location ~ ^/api/v1/recordings/
  .state = "ready"
  .size = 227244

case 2, 5: a part of one: the upload's place, and that it is not complete
ann> POST /api/v1/uploads
  Upload-Complete: ?0
  text hello
  -> 201  $upload = Location
  104 Location: $upload
  104 Upload-Offset: 5
  Upload-Complete: ?0
  Upload-Offset: 5
  Upload-Limit ~ max-age=86

case 2, 6: HEAD
phone> HEAD $upload -> 204
  Upload-Offset: 5
  Upload-Complete: ?0
  Upload-Draft-Interop-Version: 8

case 2, 7, 11: PATCH, not the last
phone> PATCH $upload
  Upload-Complete: ?0
  Upload-Offset: 5
  Content-Type: application/partial-upload
  text world
  -> 204
  Upload-Complete: ?0
  no 104 Location

case 2, 8: PATCH at another offset
phone> PATCH $upload
  Upload-Complete: ?0
  Upload-Offset: 5
  Content-Type: application/partial-upload
  text world
  -> 409
  Upload-Offset: 10
  Upload-Complete: ?0

case 2, 7, 11: PATCH, the last
phone> PATCH $upload
  Upload-Complete: ?1
  Upload-Offset: 10
  Content-Type: application/partial-upload
  text !
  -> 201  $id = .id
  Upload-Complete: ?1
  .state = "ready"
ann> GET /api/v1/recordings/$id/audio -> 200
  body = text helloworld!

case 2, 6: HEAD of a complete one
phone> HEAD $upload -> 204
  Upload-Offset: 11
  Upload-Complete: ?1

case 2, 12: DELETE
phone> DELETE $upload -> 204
phone> HEAD $upload -> 404
