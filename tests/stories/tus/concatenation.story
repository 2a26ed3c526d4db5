# tus 1.0.0, concatenation: parts that came apart become one recording.
always Tus-Resumable: 1.0.0
always Content-Type: application/offset+octet-stream

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token

eve> POST /api/v1/users {"username": "eve", "password": "battery staple"}
  -> 201  $eve = .token

case 36: it is advertised
phone> OPTIONS /api/v1/uploads -> 204
  Tus-Extension ~ (^|,)concatenation(,|$$)

case 37: a creation can be of a part
ann> POST /api/v1/uploads
  Upload-Concat: partial
  Upload-Length: 5
  Upload-Metadata: title ${base64 of a part}
  text hello
  -> 201  $hello = Location
  Upload-Offset: 5
ann> POST /api/v1/uploads
  Upload-Concat: partial
  Upload-Length: 5
  -> 201  $world = Location

case 43: HEAD of a part says that it is one, and where it is
phone> HEAD $world -> 200
  Upload-Concat: partial
  Upload-Offset: 0
  Upload-Length: 5

case 37: a part is no recording that anybody sees
ann> GET /api/v1/recordings -> 200
  .items has 0 items

case 39: a part that is not complete cannot be used
ann> POST /api/v1/uploads
  Upload-Concat: final;$hello $world
  -> 409
  no Location
  no Upload-Offset

case 37: a part takes appends as any upload
phone> PATCH $world
  Upload-Offset: 0
  text world
  -> 204
  Upload-Offset: 5

case 38: the final upload is the parts in their order
ann> POST /api/v1/uploads
  Upload-Concat: final;$hello $world
  Upload-Metadata: filename ${base64 both.wav}
  -> 201  $both = Location
  $id = Recording-Id
ann> GET /api/v1/recordings/$id/audio -> 200
  body = text helloworld

case 38: in the other order it is another recording
ann> POST /api/v1/uploads
  Upload-Concat: final;$world $hello
  -> 201  $other = Recording-Id
ann> GET /api/v1/recordings/$other/audio -> 200
  body = text worldhello

case 38, 43: its length is the sum, and so is its offset
phone> HEAD $both -> 200
  Upload-Length: 10
  Upload-Offset: 10

case 43: HEAD says what it was made of, as it was sent
phone> HEAD $both -> 200
  Upload-Concat: final;$hello $world

case 40: the metadata of the parts is not the final upload's
phone> HEAD $both -> 200
  Upload-Metadata: filename ${base64 both.wav}
ann> GET /api/v1/recordings/$id -> 200
  .title = ""
  .file_name = "both.wav"
  .state = "ready"

case 40: a client id that comes with each part is the final upload's alone
ann> POST /api/v1/uploads
  Upload-Concat: partial
  Upload-Length: 3
  Upload-Metadata: clientId ${base64 tape-5}
  text one
  -> 201  $one = Location
ann> POST /api/v1/uploads
  Upload-Concat: partial
  Upload-Length: 3
  Upload-Metadata: clientId ${base64 tape-5}
  text two
  -> 201  $two = Location
ann> POST /api/v1/uploads
  Upload-Concat: final;$one $two
  Upload-Metadata: clientId ${base64 tape-5}
  -> 201  $tape = Recording-Id
ann> GET /api/v1/recordings/$tape/audio -> 200
  body = text onetwo
ann> GET /api/v1/recordings?client_id=tape-5 -> 200
  .items has 1 items

case 38: a final upload that is created again under its client id is the same
ann> POST /api/v1/uploads
  Upload-Concat: final;$one $two
  Upload-Metadata: clientId ${base64 tape-5}
  -> 201
  Recording-Id: $tape

case 41: a part may come twice, and in several finals
ann> POST /api/v1/uploads
  Upload-Concat: final;$hello $hello $world
  -> 201  $thrice = Recording-Id
ann> GET /api/v1/recordings/$thrice/audio -> 200
  body = text hellohelloworld

case 42: PATCH of a final upload is 403, and changes nothing
phone> PATCH $both
  Upload-Offset: 10
  text !
  -> 403
  no Upload-Offset
phone> PATCH $both
  Upload-Offset: 10
  -> 403
phone> PATCH $both
  Upload-Offset: 0
  text x
  -> 403
phone> HEAD $both -> 200
  Upload-Offset: 10

case 42: nor does it take bytes when it is created
ann> POST /api/v1/uploads
  Upload-Concat: final;$hello $world
  text !
  -> 403
  no Location

case 39: a final upload with a length is 400
ann> POST /api/v1/uploads
  Upload-Concat: final;$hello $world
  Upload-Length: 10
  -> 400
  no Location

case 39: so is one with a deferred length
ann> POST /api/v1/uploads
  Upload-Concat: final;$hello $world
  Upload-Defer-Length: 1
  -> 400

case 37: a part needs a length, or its deferral
ann> POST /api/v1/uploads
  Upload-Concat: partial
  -> 400

case 37, 39: a part whose length is deferred is complete when that is known
ann> POST /api/v1/uploads
  Upload-Concat: partial
  Upload-Defer-Length: 1
  text more
  -> 201  $more = Location
ann> POST /api/v1/uploads
  Upload-Concat: final;$hello $more
  -> 409
phone> PATCH $more
  Upload-Offset: 4
  Upload-Length: 4
  -> 204
ann> POST /api/v1/uploads
  Upload-Concat: final;$hello $more
  -> 201

case 44: a part may be named by a whole URL
ann> POST /api/v1/uploads
  Upload-Concat: final;https://tapes.example$hello http://tapes.example:8080$world
  -> 201  $absolute = Recording-Id
ann> GET /api/v1/recordings/$absolute/audio -> 200
  body = text helloworld

case 44: somebody else's parts are not there
eve> POST /api/v1/uploads
  Upload-Concat: final;$hello $world
  -> 404
  no Location
eve> POST /api/v1/uploads
  Upload-Concat: partial
  Upload-Length: 4
  text evil
  -> 201  $evil = Location
ann> POST /api/v1/uploads
  Upload-Concat: final;$hello $evil
  -> 404

case 44: unknown ones neither
ann> POST /api/v1/uploads
  Upload-Concat: final;$hello /api/v1/uploads/unknown
  -> 404

case 44: nor is a whole recording a part
ann> POST /api/v1/uploads
  Upload-Length: 5
  text whole
  -> 201  $whole = Location
ann> POST /api/v1/uploads
  Upload-Concat: final;$hello $whole
  -> 404
ann> POST /api/v1/uploads
  Upload-Concat: final;$both $hello
  -> 404

case 36: what cannot be read is 400
ann> POST /api/v1/uploads
  Upload-Concat: final;
  -> 400
ann> POST /api/v1/uploads
  Upload-Concat: final $hello
  -> 400
ann> POST /api/v1/uploads
  Upload-Concat: whole
  Upload-Length: 5
  -> 400
ann> POST /api/v1/uploads
  Upload-Concat: partial
  Upload-Concat: partial
  Upload-Length: 5
  -> 400

case 35, 44: a part that was terminated is not there
phone> DELETE $world -> 204
ann> POST /api/v1/uploads
  Upload-Concat: final;$hello $world
  -> 404

case 41: the recordings made of it stay
ann> GET /api/v1/recordings/$id/audio -> 200
  body = text helloworld

case 29, 44: a part is kept for a day
host> later 25 hours
host> sweeps
phone> HEAD $hello -> 404
ann> POST /api/v1/uploads
  Upload-Concat: final;$hello $more
  -> 404
ann> GET /api/v1/recordings/$thrice/audio -> 200
  body = text hellohelloworld
