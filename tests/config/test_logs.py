"""No secret and no number of a buyer passes into the log, in no field, message or traceback."""

from __future__ import annotations

import io
import json
import logging
import re
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from aftersale.config.logs import ACCESS_LOG_FORMAT, HIDDEN, clean, configure, logging_config, redact
from aftersale.shops.crypto import new_ring

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = "as_0123abcd_" + "Zx9-_" * 8
MOBILES = st.from_regex(r"\A1[3-9][0-9]{9}\Z")
AROUND = st.text(st.characters(exclude_categories=("Nd", "Cs")), max_size=20)
MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
SECRETS = [
    TOKEN,
    f"Authorization: Bearer {TOKEN}",
    "authorization: Basic d2FuZzpnZWhlaW0tcGFzc3dvcmQ=",
    "Cookie: session=abcdefghijklmnop; csrf=qrstuvwxyz123",
    "{'cookie': 'session=abcdefghijklmnop'}",
    "password=hunter2-hunter2",
    'GET "/give/hunter2-hunter2-hunter2/ HTTP/1.1"',
    'GET "/shown/7-1.1vTq5x.hunter2-hunter2-hunter2.jpg HTTP/1.1"',
    'password: "hunter2 hunter2"',
    "{'password': 'hunter2-hunter2'}",
    "mailtos://desk:hunter2-hunter2@mail.example.com?to=a@example.com",
    "wecombot://hunter2-hunter2",
    "dingtalk://hunter2-hunter2@token/13812345678",
    "feishu://hunter2-hunter2",
    "https://user:hunter2-hunter2@hook.example.com/x",
    "postgresql://desk:hunter2-hunter2@db.example.com/aftersale",
    "https://hook.example.com/send?key=hunter2-hunter2",
    "csrfmiddlewaretoken=hunter2-hunter2&x=1",
    "api_key=hunter2-hunter2",
    f"k1:hunter2+{'A' * 35}=\nindex1:hunter2/{'B' * 35}=",
    "-----BEGIN PRIVATE KEY-----\nhunter2-hunter2\n-----END PRIVATE KEY-----",
]
LEAKS = ("hunter2", "Zx9-_Zx9", "d2FuZzpnZWhlaW0", "abcdefghijklmnop", "qrstuvwxyz123")


def written(kind: str, write: Callable[[logging.Logger], None]) -> str:
    """Give what a handler writes, for real."""
    stream = io.StringIO()
    set_up = dict(logging_config(kind, "DEBUG")["formatters"]["redacted"])
    handler = logging.StreamHandler(stream)
    handler.setFormatter(set_up.pop("()")(**set_up))
    logger = logging.getLogger("aftersale.tests.logs")
    logger.setLevel("DEBUG")
    logger.propagate = False
    logger.handlers = [handler]
    write(logger)
    return stream.getvalue()


def fail(said: str) -> None:
    """Raise, with a local variable that is not said."""
    unsaid = "王" + "小明"
    raise RuntimeError(said, len(unsaid))


def leaks(text: str) -> list[str]:
    """Name what got through."""
    return [each for each in LEAKS if each in text] + MOBILE.findall(text)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("kind", ["json", "plain"])
def test_no_secret_passes_in_a_message_an_argument_or_a_traceback(kind: str, secret: str) -> None:
    def write(logger: logging.Logger) -> None:
        logger.warning("failed: " + secret)  # noqa: G003  # the message itself
        logger.warning("failed: %s", secret)
        logger.warning("failed: %r", {"headers": [secret]})
        try:
            fail(secret)
        except RuntimeError:
            logger.exception("failed")

    said = written(kind, write)
    assert leaks(said) == []
    assert said.count("failed") >= 4


def test_local_variables_are_never_written() -> None:
    def write(logger: logging.Logger) -> None:
        try:
            fail("x")
        except RuntimeError:
            logger.exception("failed")

    for kind in ("json", "plain"):
        said = written(kind, write)
        assert "RuntimeError" in said
        assert "王小明" not in said


@given(before=AROUND, mobile=MOBILES, after=AROUND, field=st.text(max_size=12))
def test_no_mobile_number_passes_in_any_field_or_message(
    before: str, mobile: str, after: str, field: str
) -> None:
    text = f"{before}{mobile}{after}"
    event = {
        "event": text,
        field: text,
        "deep": {field: [text, (int(mobile), {text})]},
        "number": int(mobile),
    }
    out = json.dumps(redact(None, "", event), ensure_ascii=False, default=str)
    assert mobile not in out


@given(secret=st.sampled_from(SECRETS), field=st.text(max_size=12), depth=st.integers(0, 8))
def test_no_secret_passes_however_deep_it_lies(secret: str, field: str, depth: int) -> None:
    value: object = secret
    for level in range(depth):
        value = {field: value} if level % 2 else [value]
    assert leaks(str(redact(None, "", {field: value, "event": "x"}))) == []


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("password", "x", HIDDEN),
        ("oldpassword", "x", HIDDEN),
        ("Authorization", "x", HIDDEN),
        ("sessionid", "x", HIDDEN),
        ("cookies", {"a": "b"}, HIDDEN),
        ("token", "x", HIDDEN),
        ("url", "feishu://x", HIDDEN),
        ("notify_target", "x", HIDDEN),
        ("remark", "x", HIDDEN),
        ("query_string", "a=b", HIDDEN),
        ("phone", "13812345678", "138****5678"),
        ("receiver_mobile", "13812345678", "138****5678"),
        ("buyer", "王小明", "王*"),
        ("buyer_name", "王小明", "王*"),
        ("收件人", "王小明", "王*"),
        ("address", "广东省深圳市南山区科技园路1号", "广东省深圳市南山区****"),
        ("buyer_id", 7, 7),
        ("ticket_no", "6905636850001491187", "6905636850001491187"),
        ("shop", "山茶小店", "山茶小店"),
        ("ok", True, True),
        ("nothing", None, None),
        ("seconds", 1.5, 1.5),
        ("raw", b"\x00secret", "<7 bytes>"),
    ],
)
def test_fields_are_hidden_masked_or_shown_by_what_they_are(field: str, value: object, shown: object) -> None:
    assert redact(None, "", {field: value}) == {field: shown}


def test_a_line_stays_one_line() -> None:
    said = written("plain", lambda logger: logger.warning("a\nWARNING forged\r\x1b[2J"))
    assert said.count("\n") == 1
    assert "\x1b" not in said


def test_json_lines_say_when_what_and_where() -> None:
    line = json.loads(written("json", lambda logger: logger.warning("import %s done", 7)))
    assert line["event"] == "import 7 done"
    assert line["level"] == "warning"
    assert line["logger"] == "aftersale.tests.logs"
    assert line["timestamp"].endswith("Z")


def test_a_real_ring_of_keys_is_hidden() -> None:
    assert clean(new_ring()).count(HIDDEN) == 2


def test_lines_of_structlog_pass_the_same_way() -> None:
    configure()
    said = written(
        "json",
        lambda logger: structlog.get_logger(logger.name).warning("sent", phone="13812345678", token=TOKEN),
    )
    line = json.loads(said)
    assert (line["phone"], line["token"]) == ("138****5678", HIDDEN)


def test_the_log_of_requests_has_no_query_string_and_no_header() -> None:
    assert "%(path)s" in ACCESS_LOG_FORMAT
    assert "query" not in ACCESS_LOG_FORMAT
    assert "{" not in ACCESS_LOG_FORMAT


def test_an_address_in_a_message_loses_its_query() -> None:
    assert (
        clean("GET https://desk.example.com/tickets/?q=王小明 200")
        == "GET https://desk.example.com/tickets/ 200"
    )


def test_a_very_long_text_is_cut() -> None:
    assert len(clean("x" * 1_000_000)) <= 20_000
