# Bytes that are not the ones the client described are not kept.

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token
ann> POST /api/v1/recordings
  Repr-Digest: sha-256=:uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=:
  "hello world"
  -> 201  $id = .id
  .sha256 = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"
ann> POST /api/v1/recordings
  Content-MD5: XrY7u+Ae7tCTyyK7j1rNww==
  "hello world"
  -> 201
ann> POST /api/v1/recordings
  Repr-Digest: sha-256=:uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=:
  "hello worle"
  -> 422
  .type = "/problems/digest-mismatch"
ann> POST /api/v1/recordings
  Content-MD5: XrY7u+Ae7tCTyyK7j1rNww==
  "hello worle"
  -> 422
ann> POST /api/v1/recordings
  Repr-Digest: sha-256=nonsense
  "hello world"
  -> 400
ann> POST /api/v1/recordings
  Content-MD5: nonsense
  "hello world"
  -> 400
ann> POST /api/v1/recordings
  Want-Repr-Digest: sha-256=1
  "hello world"
  -> 201
  Repr-Digest: sha-256=:uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=:
ann> GET /api/v1/recordings -> 200
  .items has 3 items
ann> GET /api/v1/users/me -> 200
  .used_bytes = 33
