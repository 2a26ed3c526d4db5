# Everything of an account comes out in one archive, and then the account is gone.

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token
ann> POST /api/v1/recordings?title=Kept
  @speech.opus
  -> 201  $id = .id
ann> POST /api/v1/recordings/$id/playback-urls
  -> 201  $link = .url
ann> GET /api/v1/users/me/export -> 200
  Content-Type: application/x-tar
  body ~ account\.json
  body ~ recordings/$id\.json
  body ~ OggS

ann> DELETE /api/v1/users/me {"password": "wrong horse"} -> 403
ann> GET /api/v1/recordings/$id -> 200
ann> DELETE /api/v1/users/me {"password": "correct horse"} -> 204
ann> GET /api/v1/recordings -> 401
nobody> POST /api/v1/sessions {"username": "ann", "password": "correct horse"} -> 401
guest> GET $link -> 404

# The name is free again once the Sweeper has been there; nothing of old comes with it.
host> sweeps
host> later 1 hour
host> sweeps
new> POST /api/v1/users {"username": "ann", "password": "another horse"}
  -> 201  $new = .token
new> GET /api/v1/recordings -> 200
  .items has 0 items
