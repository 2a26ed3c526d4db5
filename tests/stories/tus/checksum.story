# tus 1.0.0, checksum: nothing of a request counts before all of it was checked.
always Tus-Resumable: 1.0.0
always Content-Type: application/offset+octet-stream

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token

case 30, 31: it is advertised, with its algorithms
phone> OPTIONS /api/v1/uploads -> 204
  Tus-Extension ~ (^|,)checksum(,|$$)
  Tus-Checksum-Algorithm: sha1,sha256,md5,crc32c

case 34: trailers are not promised
phone> OPTIONS /api/v1/uploads -> 204
  Tus-Extension ~ ^((?!checksum-trailer).)*$$

ann> POST /api/v1/uploads
  Upload-Length: 40
  -> 201  $upload = Location
  $id = Recording-Id

case 31, 32: sha1 that fits
phone> PATCH $upload
  Upload-Offset: 0
  Upload-Checksum: sha1 ${sha1 hello}
  text hello
  -> 204
  Upload-Offset: 5

case 31, 32: sha1 that does not fit is 460, and nothing is changed
phone> PATCH $upload
  Upload-Offset: 5
  Upload-Checksum: sha1 ${sha1 hullo}
  text hello
  -> 460
  .status = 460
  .type = "/problems/digest-mismatch"
  no Upload-Offset
phone> HEAD $upload -> 200
  Upload-Offset: 5

case 31, 32: sha256 that fits
phone> PATCH $upload
  Upload-Offset: 5
  Upload-Checksum: sha256 ${sha256 hello}
  text hello
  -> 204
  Upload-Offset: 10

case 31, 32: sha256 that does not fit is 460, and nothing is changed
phone> PATCH $upload
  Upload-Offset: 10
  Upload-Checksum: sha256 ${sha256 hullo}
  text hello
  -> 460
  .status = 460
  .type = "/problems/digest-mismatch"
  no Upload-Offset
phone> HEAD $upload -> 200
  Upload-Offset: 10

case 31, 32: md5 that fits
phone> PATCH $upload
  Upload-Offset: 10
  Upload-Checksum: md5 ${md5 hello}
  text hello
  -> 204
  Upload-Offset: 15

case 31, 32: md5 that does not fit is 460, and nothing is changed
phone> PATCH $upload
  Upload-Offset: 15
  Upload-Checksum: md5 ${md5 hullo}
  text hello
  -> 460
  .status = 460
  .type = "/problems/digest-mismatch"
  no Upload-Offset
phone> HEAD $upload -> 200
  Upload-Offset: 15

case 31, 32: crc32c that fits
phone> PATCH $upload
  Upload-Offset: 15
  Upload-Checksum: crc32c ${crc32c hello}
  text hello
  -> 204
  Upload-Offset: 20

case 31, 32: crc32c that does not fit is 460, and nothing is changed
phone> PATCH $upload
  Upload-Offset: 20
  Upload-Checksum: crc32c ${crc32c hullo}
  text hello
  -> 460
  .status = 460
  .type = "/problems/digest-mismatch"
  no Upload-Offset
phone> HEAD $upload -> 200
  Upload-Offset: 20

case 32: an algorithm that is not ours is 400, and nothing is changed
phone> PATCH $upload
  Upload-Offset: 20
  Upload-Checksum: sha512 ${sha512 hello}
  text hello
  -> 400
  .detail ~ sha1,sha256,md5,crc32c
phone> HEAD $upload -> 200
  Upload-Offset: 20

case 33: names are in lower case
phone> PATCH $upload
  Upload-Offset: 20
  Upload-Checksum: SHA1 ${sha1 hello}
  text hello
  -> 400

case 33: what is no base 64 is 400
phone> PATCH $upload
  Upload-Offset: 20
  Upload-Checksum: sha1 ***
  text hello
  -> 400

case 33: so is a digest of another length
phone> PATCH $upload
  Upload-Offset: 20
  Upload-Checksum: sha1 ${base64 short}
  text hello
  -> 400

case 33: and none, and two
phone> PATCH $upload
  Upload-Offset: 20
  Upload-Checksum: sha1
  text hello
  -> 400
phone> PATCH $upload
  Upload-Offset: 20
  Upload-Checksum:
  text hello
  -> 400
phone> PATCH $upload
  Upload-Offset: 20
  Upload-Checksum: sha1 ${sha1 hello}
  Upload-Checksum: sha1 ${sha1 hello}
  text hello
  -> 400

case 33: one space is between them
phone> PATCH $upload
  Upload-Offset: 20
  Upload-Checksum: sha1  ${sha1 hello}
  text hello
  -> 400
phone> HEAD $upload -> 200
  Upload-Offset: 20

case 32: a body that breaks off under a checksum leaves nothing
phone> PATCH $upload
  Upload-Offset: 20
  Upload-Checksum: sha1 ${sha1 hello}
  Connection: breaks
  text hello
  -> nothing
phone> HEAD $upload -> 200
  Upload-Offset: 20

case 32: in chunks it is checked, too
phone> PATCH $upload
  Upload-Offset: 20
  Upload-Checksum: sha1 ${sha1 hello}
  Transfer-Encoding: chunked
  text hullo
  -> 460
phone> PATCH $upload
  Upload-Offset: 20
  Upload-Checksum: sha1 ${sha1 hello}
  Transfer-Encoding: chunked
  text hello
  -> 204
  Upload-Offset: 25

case 32: a last append that does not fit does not complete the recording
phone> PATCH $upload
  Upload-Offset: 25
  Upload-Checksum: sha1 ${sha1 hello}
  text helloworldhello
  -> 460
ann> GET /api/v1/recordings/$id -> 200
  .state = "recording"
  .size = 25
phone> PATCH $upload
  Upload-Offset: 25
  Upload-Checksum: sha256 ${sha256 helloworldhello}
  text helloworldhello
  -> 204
  Upload-Offset: 40
ann> GET /api/v1/recordings/$id/audio -> 200
  body = text hellohellohellohellohellohelloworldhello

case 32: the bytes of a creation are checked, too
ann> POST /api/v1/uploads
  Upload-Length: 10
  Upload-Checksum: sha1 ${sha1 hello}
  text hello
  -> 201
  Upload-Offset: 5
ann> POST /api/v1/uploads
  Upload-Length: 10
  Upload-Checksum: sha1 ${sha1 hello}
  text hullo
  -> 460

case 32: and an algorithm that is not ours makes no upload
ann> POST /api/v1/uploads
  Upload-Length: 10
  Upload-Checksum: sha3 ${sha1 hello}
  text hullo
  -> 400
  no Location

case 32: the checksum of nothing is right for nothing
ann> POST /api/v1/uploads
  Upload-Defer-Length: 1
  -> 201  $none = Location
phone> PATCH $none
  Upload-Offset: 0
  Upload-Checksum: sha1 ${sha1 }
  -> 204
  Upload-Offset: 0
phone> PATCH $none
  Upload-Offset: 0
  Upload-Checksum: sha1 ${sha1 hello}
  -> 460
