"""Set up Django for tests: a folder of their own, SQLite in memory, or PostgreSQL where it is asked for."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

os.environ["AFTERSALE_HOME"] = tempfile.mkdtemp(prefix="aftersale-tests-")
if os.environ.get("AFTERSALE_TESTS_ON") == "postgresql":
    os.environ["DATABASE_URL"] = os.environ["AFTERSALE_TEST_DATABASE_URL"]
else:
    os.environ.pop("DATABASE_URL", None)

from aftersale.config.home import home, prepare

prepare(home())

from aftersale.config.settings import *  # noqa: E402, F403

# A test signs in often; hashing slowly is for the desk.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
assert Path(os.environ["AFTERSALE_HOME"]).is_dir()
DATABASES["default"].setdefault("TEST", {})["MIGRATE"] = False  # noqa: F405
if DATABASES["default"]["ENGINE"] == "aftersale.config.sqlite":  # noqa: F405
    # Said by name: what starts several processes of tests knows this of Django's own engine alone.
    DATABASES["default"]["TEST"]["NAME"] = ":memory:"  # noqa: F405
