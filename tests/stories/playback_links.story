# A link plays one recording, without a token, until it ends.

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token
ann> POST /api/v1/recordings
  @speech.wav
  -> 201  $id = .id
ann> POST /api/v1/recordings/$id/playback-urls {"expires_in": 600}
  -> 201  $link = .url
  .url ~ ^/api/v1/play/
  .expires_at ~ Z$

guest> GET $link -> 200
  Content-Type: audio/wav
  Cache-Control: private, no-store
  body = @speech.wav
guest> GET $link
  Range: bytes=0-99
  -> 206
  body = @speech.wav[0..100]
guest> GET $link-x -> 404
guest> GET /api/v1/play/nonsense -> 404
guest> GET /api/v1/recordings/$id/audio -> 401

ann> POST /api/v1/recordings/$id/playback-urls {"download": true}
  -> 201  $download = .url
guest> GET $download -> 200
  Content-Disposition ~ ^attachment

ann> POST /api/v1/recordings/$id/playback-urls {"expires_in": -1} -> 400

# It ends by the clock, and with the recording.
host> later 11 minutes
guest> GET $link -> 410
guest> GET $download -> 200
ann> DELETE /api/v1/recordings/$id -> 204
guest> GET $download -> 404
ann> POST /api/v1/recordings/$id/playback-urls {"expires_in": 60} -> 409
