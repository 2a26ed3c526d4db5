# The IETF draft: what the account may take is asked again and again, not only at the beginning.
with quota 100
always Upload-Draft-Interop-Version: 8
always Content-Type: application/partial-upload

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token
ann> POST /api/v1/recordings
  Upload-Complete: ?0
  -> 201  $upload = Location

case 16, 20: what does not fit any more is 413, and what fits is kept
phone> PATCH $upload
  Upload-Offset: 0
  Upload-Complete: ?1
  Transfer-Encoding: chunked
  150 letters
  -> 413
  .type = "/problems/over-quota"
  Upload-Limit ~ max-size
phone> HEAD $upload -> 204
  Upload-Offset: 100
  Upload-Complete: ?0

case 16, 20: a creation that does not fit is 413, too
ann> POST /api/v1/recordings
  Upload-Complete: ?1
  text hello
  -> 413
  Upload-Limit ~ max-size
  no 104
