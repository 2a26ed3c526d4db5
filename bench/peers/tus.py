"""A whole upload in one request of the tus protocol (creation-with-upload)."""


def upload_plan(path, size):
    headers = [
        "Tus-Resumable: 1.0.0",
        f"Upload-Length: {size}",
        "Content-Type: application/offset+octet-stream",
    ]
    return {"method": "POST", "path": path, "headers": headers, "body_bytes": size}
