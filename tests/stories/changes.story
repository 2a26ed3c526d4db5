# A second device keeps up: changes come in order, and what is gone leaves a trace.

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token
ann> GET /api/v1/recordings/changes -> 200
  .items has 0 items
  .more = false
ann> POST /api/v1/recordings?title=One
  "one"
  -> 201  $one = .id
host> later 2 minutes
ann> POST /api/v1/recordings?title=Two
  "two"
  -> 201  $two = .id
host> later 2 minutes

ann> GET /api/v1/recordings/changes -> 200
  .items has 2 items
  .items[0].id = "$one"
  .items[0].deleted = false
  .items[0].recording.title = "One"
  .items[1].id = "$two"
  $since = .next_cursor

ann> PATCH /api/v1/recordings/$one {"title": "Uno"} -> 200
ann> DELETE /api/v1/recordings/$two -> 204
ann> DELETE /api/v1/recordings/$two?permanent=1 -> 204
host> later 2 minutes
ann> GET /api/v1/recordings/changes?since=$since -> 200
  body ~ Uno
  body ~ "deleted":true
ann> GET /api/v1/recordings/changes?limit=1 -> 200
  .items has 1 items
  .more = true

ann> GET /api/v1/recordings/changes?since=nonsense -> 400
host> later 91 days
ann> POST /api/v1/sessions {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token
ann> GET /api/v1/recordings/changes?since=$since -> 410
  .type = "/problems/gone"
