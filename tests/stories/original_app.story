# The original's phone app makes its four calls, and hears its own errors.
with unverified-social-login

phone> GET /login -> 400
  .error = "social_id or social_type is null."
phone> GET /login?social_id=7 -> 400
phone> GET /login?social_id=7&social_type=kakao -> 200
  $key = .auth_key
  $user = .user_id
  .user_id = "kakao_7"
  .auth_key ~ ^[0-9A-Za-z]{64}$

# Everything answers under /api too. A second login keeps the first key alive.
tablet> GET /api/login?social_id=7&social_type=kakao -> 200
  $other = .auth_key

phone> PUT /upload/record/memo.m4a
  Authorization: $user $key
  Content-Type: application/octet-stream
  @speech.m4a
  -> 200
  body ~ ^\{"result": ?"success"\}$
tablet> PUT /api/record/second.m4a
  Authorization: $user $other
  Content-Type: application/octet-stream
  @speech.m4a
  -> 200
  .result = "success"
phone> PUT /record/memo.m4a
  Authorization: $user $key
  Content-Type: audio/mp4
  @speech.m4a
  -> 415
  .Code = "UnsupportedMediaType"
  .Message = "Unsupported media type: audio/mp4"

phone> GET /record/list
  Authorization: $user $key
  -> 200
  .records has 2 items
  .records[0].user_id = "kakao_7"
  .records[0].created_at ~ ^2026-11-23$
  $record = .records[0].id

phone> GET /record/list -> 400
  .error = "Authorization Header is required."
phone> GET /record/list
  Authorization: $user
  -> 401
  .error = "Not Authorization"
phone> GET /record/list
  Authorization: $user nonsense
  -> 401
  .error = "Not Authorization"
phone> GET /record/list
  Authorization: one two three
  -> 401

phone> DELETE /record/nonsense
  Authorization: $user $key
  -> 400
  .result = "fail"
stranger> GET /login?social_id=8&social_type=kakao -> 200
  $theirs = .auth_key
stranger> DELETE /record/$record
  Authorization: kakao_8 $theirs
  -> 400
  .result = "fail"
phone> DELETE /record/$record
  Authorization: $user $key
  -> 200
  .result = "success"
phone> GET /record/list
  Authorization: $user $key
  -> 200
  .records has 1 items
