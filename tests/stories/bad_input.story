# Bad input hears what to do, and nothing is lost or kept.

ann> POST /api/v1/users {"username": "ann", "password": "short"} -> 400
  .type = "/problems/invalid"
  .status = 400
  .detail ~ .
  .request_id ~ .
ann> POST /api/v1/users {"username": "", "password": "correct horse"} -> 400
ann> POST /api/v1/users {"username": 7, "password": "correct horse"} -> 400
ann> POST /api/v1/users {"username": "ann" -> 400
ann> POST /api/v1/users "[1, 2" -> 400
ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token

# Names are for people, and never a path.
ann> POST /api/v1/recordings?filename=..%2F..%2Fetc%2Fpasswd
  "one"
  -> 201  $id = .id
  .file_name = "passwd"
ann> POST /api/v1/recordings
  Content-Disposition: attachment; filename="a.wav"; filename*=UTF-8''%E2%80%AEgnp.wav
  "one"
  -> 201
  .file_name = "gnp.wav"
ann> POST /api/v1/recordings
  Title: Gr%C3%BC%C3%9Fe
  "one"
  -> 201
  .title = "Grüße"

ann> POST /api/v1/recordings "" -> 400
ann> POST /api/v1/recordings
  Content-Type: multipart/form-data; boundary=x
  text --x--
  -> 415
  .detail ~ body
# Metadata that cannot be read never costs the audio: the time counts as not said.
ann> POST /api/v1/recordings?recorded_at=yesterday
  "one"
  -> 201
ann> PATCH /api/v1/recordings/$id {"title": 7} -> 400
ann> PATCH /api/v1/recordings/$id {"tags": "one"} -> 400
ann> PATCH /api/v1/recordings/$id "nonsense" -> 400
ann> GET /api/v1/recordings/nonsense -> 404
ann> GET /api/v1/nowhere -> 404
  Content-Type ~ ^application/problem\+json
ann> DELETE /api/v1/recordings -> 405
  Allow ~ POST
  .type = "/problems/method-not-allowed"
ann> GET /api/v1/recordings/$id -> 200
  .title = ""
