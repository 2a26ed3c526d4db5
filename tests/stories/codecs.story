# Whatever a recorder makes is known by its first bytes, and comes back as it went in.

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token

ann> POST /api/v1/recordings
  @speech.wav
  -> 201  $id = .id
ann> GET /api/v1/recordings/$id/audio -> 200
  Content-Type: audio/wav
  body = @speech.wav

ann> POST /api/v1/recordings
  @speech.opus
  -> 201  $id = .id
ann> GET /api/v1/recordings/$id/audio -> 200
  Content-Type: audio/ogg
  body = @speech.opus

ann> POST /api/v1/recordings
  @speech.webm
  -> 201  $id = .id
ann> GET /api/v1/recordings/$id/audio -> 200
  Content-Type: audio/webm
  body = @speech.webm

ann> POST /api/v1/recordings
  @speech.m4a
  -> 201  $id = .id
ann> GET /api/v1/recordings/$id/audio -> 200
  Content-Type: audio/mp4
  body = @speech.m4a

ann> POST /api/v1/recordings
  @speech.aac
  -> 201  $id = .id
ann> GET /api/v1/recordings/$id/audio -> 200
  Content-Type: audio/aac
  body = @speech.aac

ann> POST /api/v1/recordings
  @speech.mp3
  -> 201  $id = .id
ann> GET /api/v1/recordings/$id/audio -> 200
  Content-Type: audio/mpeg
  body = @speech.mp3

ann> POST /api/v1/recordings
  @speech.flac
  -> 201  $id = .id
ann> GET /api/v1/recordings/$id/audio -> 200
  Content-Type: audio/flac
  body = @speech.flac

ann> POST /api/v1/recordings
  @speech.caf
  -> 201  $id = .id
ann> GET /api/v1/recordings/$id/audio -> 200
  Content-Type: audio/x-caf
  body = @speech.caf

ann> POST /api/v1/recordings
  @speech.aiff
  -> 201  $id = .id
ann> GET /api/v1/recordings/$id/audio -> 200
  Content-Type: audio/aiff
  body = @speech.aiff

ann> POST /api/v1/recordings
  @speech.amr
  -> 201  $id = .id
ann> GET /api/v1/recordings/$id/audio -> 200
  Content-Type: audio/amr
  body = @speech.amr

# What is no audio is kept too, and never shown in a browser.
ann> POST /api/v1/recordings
  Content-Type: text/html
  "<script>alert(1)</script>"
  -> 201  $id = .id
ann> GET /api/v1/recordings/$id/audio -> 200
  Content-Type: application/octet-stream
  Content-Disposition ~ ^attachment
  X-Content-Type-Options: nosniff
  body = "<script>alert(1)</script>"
