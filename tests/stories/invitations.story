# By invitation only: one guest for each.
with invitations

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"} -> 403
host> invites $code
ann> POST /api/v1/users {"username": "ann", "password": "correct horse", "invitation": "$code"}
  -> 201  $ann = .token
  .user.admin = false
eve> POST /api/v1/users {"username": "eve", "password": "battery staple", "invitation": "$code"}
  -> 403
host> invites $late
host> later 8 days
eve> POST /api/v1/users {"username": "eve", "password": "battery staple", "invitation": "$late"}
  -> 403
