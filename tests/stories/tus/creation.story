# tus 1.0.0, creation: a recording exists from the first request on.
with largest 1000
with quota 1000
always Tus-Resumable: 1.0.0
always Content-Type: application/offset+octet-stream

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token

case 11: it is advertised
phone> OPTIONS /api/v1/uploads -> 204
  Tus-Extension ~ (^|,)creation(,|$$)

case 12: 201 and where the upload is, as a path of this server
ann> POST /api/v1/uploads
  Upload-Length: 10
  -> 201  $upload = Location
  Location ~ ^/api/v1/uploads/td_u_\w+$$
  $id = Recording-Id
  no body

case 12: the recording is live
ann> GET /api/v1/recordings/$id -> 200
  .state = "recording"
  .size = 0
  .sha256 = null

case 12: every creation makes a recording of its own
ann> POST /api/v1/uploads
  Upload-Length: 10
  -> 201
ann> GET /api/v1/recordings -> 200
  .items has 2 items

case 12, 23: the offset is in the answer, also without bytes: some clients insist
ann> POST /api/v1/uploads
  Upload-Length: 10
  -> 201
  Upload-Offset: 0

case 13: neither a length nor its deferral is 400
ann> POST /api/v1/uploads -> 400
  .detail ~ Upload-Defer-Length
  no Location

case 13: both are 400
ann> POST /api/v1/uploads
  Upload-Length: 10
  Upload-Defer-Length: 1
  -> 400

case 14: a deferral is 1
ann> POST /api/v1/uploads
  Upload-Defer-Length: 2
  -> 400
ann> POST /api/v1/uploads
  Upload-Defer-Length: true
  -> 400
ann> POST /api/v1/uploads
  Upload-Defer-Length:
  -> 400

case 14: once
ann> POST /api/v1/uploads
  Upload-Defer-Length: 1
  Upload-Defer-Length: 1
  -> 400

case 15: more than the maximum is 413
ann> POST /api/v1/uploads
  Upload-Length: 1001
  -> 413
  .type = "/problems/too-large"
  no Location

case 15: so is more than the account may still take
ann> POST /api/v1/uploads
  Upload-Length: 971
  -> 413
  .type = "/problems/over-quota"
  .bytes_left = 970

case 16: length 0 is complete at once
ann> POST /api/v1/uploads
  Upload-Length: 0
  -> 201  $empty = Location
  $nothing = Recording-Id
  Upload-Offset: 0
phone> HEAD $empty -> 200
  Upload-Offset: 0
  Upload-Length: 0
ann> GET /api/v1/recordings/$nothing -> 200
  .state = "ready"
  .size = 0

case 17: metadata is kept as it was sent
ann> POST /api/v1/uploads
  Upload-Length: 10
  Upload-Metadata: filename ${base64 Mémo 1.wav},filetype ${base64 audio/wav},title ${base64 Monday},note ${base64 a note},tags ${base64 work, home},recordedAt ${base64 2026-11-20T08:00:00Z},clientId ${base64 tape-1},mine ${base64 anything}
  -> 201  $described = Location
  $tape = Recording-Id
phone> HEAD $described -> 200
  Upload-Metadata: filename ${base64 Mémo 1.wav},filetype ${base64 audio/wav},title ${base64 Monday},note ${base64 a note},tags ${base64 work, home},recordedAt ${base64 2026-11-20T08:00:00Z},clientId ${base64 tape-1},mine ${base64 anything}

case 17: and describes the recording
ann> GET /api/v1/recordings/$tape -> 200
  .title = "Monday"
  .note = "a note"
  .tags = ["work", "home"]
  .file_name = "Mémo 1.wav"
  .content_type = "audio/wav"
  .client_id = "tape-1"
  .recorded_at = "2026-11-20T08:00:00.000Z"

case 17: other names for the same
ann> POST /api/v1/uploads
  Upload-Length: 10
  Upload-Metadata: name ${base64 memo.opus},type ${base64 audio/ogg}
  -> 201  $named = Recording-Id
ann> GET /api/v1/recordings/$named -> 200
  .file_name = "memo.opus"
  .content_type = "audio/ogg"

case 17: an empty value, with and without its space
ann> POST /api/v1/uploads
  Upload-Length: 10
  Upload-Metadata: title ,note,filename ${base64 a.wav}
  -> 201  $bare = Recording-Id
ann> GET /api/v1/recordings/$bare -> 200
  .title = ""
  .note = ""
  .file_name = "a.wav"

case 17: what cannot be read is left out, and the rest counts
ann> POST /api/v1/uploads
  Upload-Length: 10
  Upload-Metadata: title !!!,note YQ,filename ${base64 b.wav}
  -> 201  $odd = Recording-Id
ann> GET /api/v1/recordings/$odd -> 200
  .title = ""
  .note = ""
  .file_name = "b.wav"

case 17: of a key that comes twice the last value counts
ann> POST /api/v1/uploads
  Upload-Length: 10
  Upload-Metadata: title ${base64 first},title ${base64 second}
  -> 201  $twice = Recording-Id
ann> GET /api/v1/recordings/$twice -> 200
  .title = "second"

case 17: a key without letters is none
ann> POST /api/v1/uploads
  Upload-Length: 10
  Upload-Metadata: , ${base64 x},title ${base64 Tuesday}
  -> 201  $comma = Recording-Id
ann> GET /api/v1/recordings/$comma -> 200
  .title = "Tuesday"

case 17: "null" and "undefined" are what some clients say for nothing
ann> POST /api/v1/uploads
  Upload-Length: 10
  Upload-Metadata: title ${base64 null},clientId ${base64 undefined},filename ${base64 c.wav}
  -> 201  $unsaid = Recording-Id
ann> GET /api/v1/recordings/$unsaid -> 200
  .title = ""
  .client_id = ""

case 17: a value that would begin a new line in a field begins none
ann> POST /api/v1/uploads
  Upload-Length: 1
  Upload-Metadata: filename YS53YXYiDQpTZXQtQ29va2llOiBhPWI=
  text x
  -> 201  $sly = Recording-Id
ann> GET /api/v1/recordings/$sly/audio?download=1 -> 200
  Content-Disposition ~ attachment
  no Set-Cookie

case 12: a creation that is sent again is the same recording, and says where it really is
ann> POST /api/v1/uploads
  Upload-Length: 10
  Upload-Metadata: clientId ${base64 phone-7}
  -> 201  $first = Location
  $seventh = Recording-Id
phone> PATCH $first
  Upload-Offset: 0
  text hello
  -> 204
ann> POST /api/v1/uploads
  Upload-Length: 10
  Upload-Metadata: clientId ${base64 phone-7}
  -> 201  $second = Location
  Recording-Id: $seventh
  Upload-Offset: 5

case 12: both URLs lead to it
phone> PATCH $second
  Upload-Offset: 5
  text world
  -> 204
  Recording-Id: $seventh
phone> HEAD $first -> 200
  Upload-Offset: 10

case 12: by an idempotency key, too, and bytes that come along are not taken twice
ann> POST /api/v1/uploads
  Upload-Length: 10
  Idempotency-Key: k-1
  text hello
  -> 201  $keyed = Recording-Id
  Upload-Offset: 5
ann> POST /api/v1/uploads
  Upload-Length: 10
  Idempotency-Key: k-1
  text hello
  -> 201
  Recording-Id: $keyed
  Upload-Offset: 5

case 20: with another length it is another recording's key
ann> POST /api/v1/uploads
  Upload-Length: 11
  Idempotency-Key: k-1
  -> 422
  .type = "/problems/key-reused"
