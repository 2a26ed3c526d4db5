"""A form with one file, as the generator sends it."""

BOUNDARY = "bench-3f1c9a"


def upload_plan(path, headers, field, size):
    """The file's bytes in `field`, and a title beside it."""
    prefix = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="title"\r\n\r\nMemo {{n}}\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="m{{n}}.wav"\r\n'
        "Content-Type: audio/wav\r\n\r\n"
    )
    return {
        "method": "POST",
        "path": path,
        "headers": [*headers, f"Content-Type: multipart/form-data; boundary={BOUNDARY}"],
        "body_prefix": prefix,
        "body_bytes": size,
        "body_suffix": f"\r\n--{BOUNDARY}--\r\n",
    }
