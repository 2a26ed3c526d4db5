"""The cases, by their names. Each gives rows."""

import cloud_cases
import lambda_cases
import list_cases
import live_cases
import open_cases
import process_cases
import serve_cases
import upload_cases

ALL = {
    "upload-64k": upload_cases.upload_small,
    "upload-100m": upload_cases.upload_large,
    "open-upload": open_cases.open_upload,
    "appends": live_cases.appends,
    "download-64k": serve_cases.download_small,
    "download-100m": serve_cases.download_large,
    "download-64k-tls": serve_cases.download_small_tls,
    "download-100m-tls": serve_cases.download_large_tls,
    "open-download": open_cases.open_download,
    "list": list_cases.list_pages,
    "healthz": serve_cases.healthz,
    "memory": process_cases.memory,
    "start": process_cases.start,
    "start-many": process_cases.start_many,
    "live": live_cases.live,
    "live-10k": live_cases.live_10k,
    "slow": live_cases.slow,
    "lambda": lambda_cases.function,
    "cloud": cloud_cases.cloud,
    "live-most": live_cases.live_most,
}
USUAL = [name for name in ALL if name != "live-most"]  # that one takes many minutes
NEED_TUS = ("live", "live-most")


def install(names):
    """What else they need and is missing."""
    if "cloud" in names:
        cloud_cases.install()


def why_not(name):
    """Why a case cannot run here; None when it can."""
    return cloud_cases.why_not() if name == "cloud" else None
