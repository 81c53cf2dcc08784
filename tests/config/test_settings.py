"""The settings are safe as they come, and stricter behind TLS."""

from __future__ import annotations

import ast
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from aftersale.config import settings as desk

if TYPE_CHECKING:
    from pathlib import Path

ASKED = [
    "DEBUG",
    "ALLOWED_HOSTS",
    "SECRET_KEY",
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE",
    "SESSION_COOKIE_NAME",
    "CSRF_COOKIE_NAME",
    "SECURE_HSTS_SECONDS",
    "SECURE_PROXY_SSL_HEADER",
    "MFA_SUPPORTED_TYPES",
    "ALLAUTH_TRUSTED_PROXY_COUNT",
    "SESSION_IDLE_SECONDS",
]


def settings_with(home: Path, **environment: str) -> dict[str, object]:
    """Read the settings in a process of its own."""
    code = (
        f"from aftersale.config import settings as s; print({{name: getattr(s, name) for name in {ASKED}}})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"AFTERSALE_HOME": str(home), "PATH": "", **environment},
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    found: dict[str, object] = ast.literal_eval(done.stdout)
    return found


def test_as_it_comes_only_this_machine_is_answered_and_nothing_is_debugged(tmp_path: Path) -> None:
    found = settings_with(tmp_path)
    assert found["DEBUG"] is False
    assert found["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]"]
    assert found["SECURE_PROXY_SSL_HEADER"] is None
    assert found["ALLAUTH_TRUSTED_PROXY_COUNT"] == 0
    assert found["MFA_SUPPORTED_TYPES"] == ["totp", "recovery_codes"]
    assert found["SESSION_IDLE_SECONDS"] == 1800


def test_behind_tls_cookies_are_bound_to_it_and_the_proxy_is_believed(tmp_path: Path) -> None:
    found = settings_with(tmp_path, AFTERSALE_BEHIND_TLS="1", AFTERSALE_HOSTS="desk.example.com")
    assert found["ALLOWED_HOSTS"] == ["desk.example.com"]
    assert found["SESSION_COOKIE_SECURE"] is found["CSRF_COOKIE_SECURE"] is True
    assert found["SESSION_COOKIE_NAME"] == "__Host-session"
    assert found["CSRF_COOKIE_NAME"] == "__Host-csrf"
    assert found["SECURE_HSTS_SECONDS"] == 31_536_000
    assert found["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert "webauthn" in found["MFA_SUPPORTED_TYPES"]  # type: ignore[operator]


def test_without_a_folder_each_process_has_a_key_that_nobody_knows(tmp_path: Path) -> None:
    keys = {str(settings_with(tmp_path / "nothing")["SECRET_KEY"]) for _ in range(2)}
    assert len(keys) == 2
    assert min(map(len, keys)) >= 50
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize("stored", [None, "", "key-of-the-folder-" * 4])
def test_the_key_of_sessions_comes_from_the_environment_else_from_the_folder(
    tmp_path: Path, stored: str | None
) -> None:
    if stored is not None:
        (tmp_path / "keys").mkdir()
        (tmp_path / "keys" / "secret.key").write_text(stored)
    assert settings_with(tmp_path, AFTERSALE_SECRET_KEY="x" * 50)["SECRET_KEY"] == "x" * 50
    if stored:
        assert settings_with(tmp_path)["SECRET_KEY"] == stored


def test_no_page_may_run_inline_scripts() -> None:
    directives = desk.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert "unsafe" not in str(directives)
    assert directives["script-src"] == directives["style-src"]
