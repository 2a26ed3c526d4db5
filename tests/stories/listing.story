# A long list in pages, by when it was recorded, and what is asked for.

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token
ann> POST /api/v1/recordings?title=Interview%20Tuesday&tags=work&recorded_at=2026-01-02T00:00:00Z
  "two"
  -> 201
ann> POST /api/v1/recordings?title=Interview%20Monday&tags=work,first&recordedAt=2026-01-01T00:00:00Z
  "one"
  -> 201  $one = .id
ann> POST /api/v1/recordings?title=Birds&recorded_at=2026-01-03T00:00:00Z&filename=nightingale.wav
  "three"
  -> 201
ann> POST /api/v1/recordings?title=Rain&note=on%20the%20roof&recorded_at=2026-01-04T00:00:00Z
  "four"
  -> 201

ann> GET /api/v1/recordings?limit=3 -> 200
  .items has 3 items
  .items[0].title = "Rain"
  .items[1].title = "Birds"
  .items[2].title = "Interview Tuesday"
  $cursor = .next_cursor
ann> GET /api/v1/recordings?limit=3&cursor=$cursor -> 200
  .items has 1 items
  .items[0].title = "Interview Monday"
  .next_cursor = null

ann> GET /api/v1/recordings?q=interview -> 200
  .items has 2 items
ann> GET /api/v1/recordings?q=ROOF -> 200
  .items[0].title = "Rain"
ann> GET /api/v1/recordings?q=nightingale -> 200
  .items[0].title = "Birds"
ann> GET /api/v1/recordings?tag=first -> 200
  .items has 1 items
ann> GET /api/v1/recordings?from=2026-01-02T00:00:00Z&to=2026-01-04T00:00:00Z -> 200
  .items has 2 items
ann> GET /api/v1/recordings?state=ready -> 200
  .items has 4 items
ann> GET /api/v1/recordings?q=snow -> 200
  .items has 0 items

# An older recording moves to where it belongs.
ann> PATCH /api/v1/recordings/$one {"recorded_at": "2026-02-01T00:00:00Z", "tags": [], "note": "moved"}
  -> 200
  .note = "moved"
ann> GET /api/v1/recordings?limit=1 -> 200
  .items[0].title = "Interview Monday"
  .items[0].tags = []

ann> GET /api/v1/recordings?limit=0 -> 400
ann> GET /api/v1/recordings?limit=many -> 400
ann> GET /api/v1/recordings?state=lost -> 400
ann> GET /api/v1/recordings?from=yesterday -> 400
ann> GET /api/v1/recordings?cursor=nonsense -> 400
ann> GET /api/v1/recordings?cursor=x$cursor -> 400
