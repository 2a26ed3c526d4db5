# Without the switch nobody signs in by a social id alone.

phone> GET /login?social_id=7&social_type=kakao -> 403
  .error ~ .
  no .auth_key
