# A player seeks: ranges, suffixes, several at once, and conditions; across pieces on the disk.
with segments 50000

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token
ann> POST /api/v1/recordings
  Content-Type: audio/wav
  Want-Repr-Digest: sha-256=1
  @speech.wav
  -> 201  $id = .id
  $hash = .sha256
  Repr-Digest ~ ^sha-256=:
ann> GET /api/v1/recordings/$id/audio -> 200
  body = @speech.wav
  Accept-Ranges: bytes
  ETag: "sha256-$hash"
  Cache-Control: private, no-store
  Content-Security-Policy ~ sandbox
  $tag = ETag
ann> GET /api/v1/recordings/$id/audio
  Range: bytes=49990-50009
  -> 206
  Content-Range: bytes 49990-50009/227244
  body = @speech.wav[49990..50010]
ann> GET /api/v1/recordings/$id/audio
  Range: bytes=-10
  -> 206
  body = @speech.wav[227234..227244]
ann> GET /api/v1/recordings/$id/audio
  Range: bytes=227000-
  -> 206
  body = @speech.wav[227000..227244]
ann> GET /api/v1/recordings/$id/audio
  Range: bytes=0-9,100000-100009
  -> 206
  Content-Type ~ ^multipart/byteranges; boundary=
  body ~ Content-Range: bytes 100000-100009/227244
ann> GET /api/v1/recordings/$id/audio
  Range: bytes=300000-
  -> 416
  Content-Range: bytes */227244
ann> GET /api/v1/recordings/$id/audio
  Range: lines=1-2
  -> 200
  body = @speech.wav
ann> GET /api/v1/recordings/$id/audio
  If-None-Match: $tag
  -> 304
  no body
ann> GET /api/v1/recordings/$id/audio
  If-Match: "another"
  -> 412
ann> GET /api/v1/recordings/$id/audio
  Range: bytes=0-9
  If-Range: $tag
  -> 206
  body = @speech.wav[0..10]
ann> GET /api/v1/recordings/$id/audio
  Range: bytes=0-9
  If-Range: "another"
  -> 200
  body = @speech.wav
ann> HEAD /api/v1/recordings/$id/audio -> 200
  no body
ann> GET /api/v1/recordings/$id/audio?download=1 -> 200
  Content-Disposition ~ ^attachment

# Somebody else changed it meanwhile.
ann> GET /api/v1/recordings/$id -> 200
  $version = ETag
ann> PATCH /api/v1/recordings/$id {"title": "First"}
  If-Match: $version
  -> 200
  .title = "First"
ann> PATCH /api/v1/recordings/$id {"title": "Second"}
  If-Match: $version
  -> 412
  .type = "/problems/precondition-failed"
ann> GET /api/v1/recordings/$id -> 200
  .title = "First"
