"""The sandbox fetches pictures as a platform does, looks at them, and judges by what they are."""

from __future__ import annotations

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.sandbox.running import Running

JPEG, WORDS = b"\xff\xd8\xff\xe0 a picture", b"hello"


@contextmanager
def served(files: Mapping[str, bytes]) -> Iterator[str]:
    """Serve files on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = files.get(self.path)
            self.send_response(200 if body else 404)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def upload(sandbox: Running, url: str, /, **changed: object) -> Any:  # noqa: ANN401  # what it answers
    asked = {"folder_id": "0", "url": url, "material_name": "凭证-1", **changed}
    return sandbox.douyin("material.uploadImageSync", asked)


def detail(sandbox: Running, number: str, shop: str = "home") -> Any:  # noqa: ANN401  # as above
    return sandbox.douyin("material.queryMaterialDetail", {"material_id": number}, shop)


def test_a_picture_is_fetched_and_shown_under_an_address_of_its_own(sandbox: Running) -> None:
    with served({"/a.jpg": JPEG}) as place:
        made = upload(sandbox, f"{place}/a.jpg")["data"]
        same = upload(sandbox, f"{place}/a.jpg")["data"]
    info = detail(sandbox, made["material_id"])["data"]["material_info"]
    assert (info["audit_status"], info["size"]) == (3, len(JPEG))
    assert detail(sandbox, same["material_id"])["data"]["material_info"]["byte_url"] == info["byte_url"]
    assert detail(sandbox, made["material_id"], "kitchen")["code"] == 50002


def test_what_is_no_picture_does_not_pass(sandbox: Running) -> None:
    with served({"/a.jpg": WORDS}) as place:
        made = upload(sandbox, f"{place}/a.jpg")["data"]
    info = detail(sandbox, made["material_id"])["data"]["material_info"]
    assert (info["audit_status"], info["byte_url"]) == (4, "")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"url": "https://p3.example.com/a.jpg"}, 50002),
        ({"url": "http://127.0.0.1:9/a.jpg"}, 50002),
        ({"material_name": ""}, 40004),
        ({"material_name": "长" * 51}, 40004),
        ({"folder_id": 0}, 40003),
    ],
)
def test_what_the_platform_cannot_take_is_refused(
    sandbox: Running, changed: dict[str, object], code: int
) -> None:
    assert upload(sandbox, "http://127.0.0.1:9/b.jpg", **changed)["code"] == code


def test_an_address_where_nothing_lies_is_refused(sandbox: Running) -> None:
    with served({}) as place:
        assert upload(sandbox, f"{place}/none.jpg")["code"] == 50002
