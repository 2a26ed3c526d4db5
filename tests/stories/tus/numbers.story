# tus 1.0.0: an offset and a length are digits, below 2^63.
always Tus-Resumable: 1.0.0
always Content-Type: application/offset+octet-stream

ann> POST /api/v1/users {"username": "ann", "password": "correct horse"}
  -> 201  $ann = .token
ann> POST /api/v1/uploads
  Upload-Length: 10
  -> 201  $upload = Location

case 9: an offset that is negative is 400
phone> PATCH $upload
  Upload-Offset: -1
  text hello
  -> 400
  .detail ~ Upload-Offset
  no Upload-Offset

case 9: an offset that is 2^63 is 400
phone> PATCH $upload
  Upload-Offset: 9223372036854775808
  text hello
  -> 400
  .detail ~ Upload-Offset
  no Upload-Offset

case 9: an offset that is 2^64 is 400
phone> PATCH $upload
  Upload-Offset: 18446744073709551616
  text hello
  -> 400
  .detail ~ Upload-Offset
  no Upload-Offset

case 9: an offset that is far too large is 400
phone> PATCH $upload
  Upload-Offset: 99999999999999999999999999
  text hello
  -> 400
  .detail ~ Upload-Offset
  no Upload-Offset

case 9: an offset that is with a sign is 400
phone> PATCH $upload
  Upload-Offset: +5
  text hello
  -> 400
  .detail ~ Upload-Offset
  no Upload-Offset

case 9: an offset that is hexadecimal is 400
phone> PATCH $upload
  Upload-Offset: 0x5
  text hello
  -> 400
  .detail ~ Upload-Offset
  no Upload-Offset

case 9: an offset that is a fraction is 400
phone> PATCH $upload
  Upload-Offset: 5.0
  text hello
  -> 400
  .detail ~ Upload-Offset
  no Upload-Offset

case 9: an offset that is with an exponent is 400
phone> PATCH $upload
  Upload-Offset: 1e3
  text hello
  -> 400
  .detail ~ Upload-Offset
  no Upload-Offset

case 9: an offset that is two numbers is 400
phone> PATCH $upload
  Upload-Offset: 5 5
  text hello
  -> 400
  .detail ~ Upload-Offset
  no Upload-Offset

case 9: an offset that is a list is 400
phone> PATCH $upload
  Upload-Offset: 5,5
  text hello
  -> 400
  .detail ~ Upload-Offset
  no Upload-Offset

case 9: an offset that is a word is 400
phone> PATCH $upload
  Upload-Offset: five
  text hello
  -> 400
  .detail ~ Upload-Offset
  no Upload-Offset

case 9: an offset that is empty is 400
phone> PATCH $upload
  Upload-Offset:
  text hello
  -> 400
  .detail ~ Upload-Offset
  no Upload-Offset

case 9: an offset that is quoted is 400
phone> PATCH $upload
  Upload-Offset: "5"
  text hello
  -> 400
  .detail ~ Upload-Offset
  no Upload-Offset

case 9: an offset that comes twice is 400, also if both are equal
phone> PATCH $upload
  Upload-Offset: 0
  Upload-Offset: 0
  text hello
  -> 400
  no Upload-Offset

case 9: no offset is 400
phone> PATCH $upload
  text hello
  -> 400
  no Upload-Offset

case 9: a length that is negative is 400
ann> POST /api/v1/uploads
  Upload-Length: -1
  -> 400
  .detail ~ Upload-Length
  no Location

case 9: a length that is 2^63 is 400
ann> POST /api/v1/uploads
  Upload-Length: 9223372036854775808
  -> 400
  .detail ~ Upload-Length
  no Location

case 9: a length that is 2^64 is 400
ann> POST /api/v1/uploads
  Upload-Length: 18446744073709551616
  -> 400
  .detail ~ Upload-Length
  no Location

case 9: a length that is far too large is 400
ann> POST /api/v1/uploads
  Upload-Length: 99999999999999999999999999
  -> 400
  .detail ~ Upload-Length
  no Location

case 9: a length that is with a sign is 400
ann> POST /api/v1/uploads
  Upload-Length: +5
  -> 400
  .detail ~ Upload-Length
  no Location

case 9: a length that is hexadecimal is 400
ann> POST /api/v1/uploads
  Upload-Length: 0x5
  -> 400
  .detail ~ Upload-Length
  no Location

case 9: a length that is a fraction is 400
ann> POST /api/v1/uploads
  Upload-Length: 5.0
  -> 400
  .detail ~ Upload-Length
  no Location

case 9: a length that is with an exponent is 400
ann> POST /api/v1/uploads
  Upload-Length: 1e3
  -> 400
  .detail ~ Upload-Length
  no Location

case 9: a length that is two numbers is 400
ann> POST /api/v1/uploads
  Upload-Length: 5 5
  -> 400
  .detail ~ Upload-Length
  no Location

case 9: a length that is a list is 400
ann> POST /api/v1/uploads
  Upload-Length: 5,5
  -> 400
  .detail ~ Upload-Length
  no Location

case 9: a length that is a word is 400
ann> POST /api/v1/uploads
  Upload-Length: five
  -> 400
  .detail ~ Upload-Length
  no Location

case 9: a length that is empty is 400
ann> POST /api/v1/uploads
  Upload-Length:
  -> 400
  .detail ~ Upload-Length
  no Location

case 9: a length that is quoted is 400
ann> POST /api/v1/uploads
  Upload-Length: "5"
  -> 400
  .detail ~ Upload-Length
  no Location

case 9: a length that comes twice is 400
ann> POST /api/v1/uploads
  Upload-Length: 10
  Upload-Length: 10
  -> 400

case 9, 15: the largest number is a number, and too large
ann> POST /api/v1/uploads
  Upload-Length: 9223372036854775807
  -> 413
phone> PATCH $upload
  Upload-Offset: 9223372036854775807
  text hello
  -> 409
  Upload-Offset: 0

case 9: none of that changed anything
phone> HEAD $upload -> 200
  Upload-Offset: 0
