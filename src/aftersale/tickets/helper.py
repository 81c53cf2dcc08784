"""Be a helper of an import: the rooms it needs, the keys of the desk, and no database at all."""

from __future__ import annotations

import sys
from pathlib import Path

import django
from django.conf import settings

from aftersale.jobs.crew import serve

_ROOMS = (
    "aftersale.shops",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "aftersale.evidence",
    "aftersale.tickets",
)


def main() -> None:
    """Stand up and serve; the argument names the file of keys."""
    settings.configure(
        INSTALLED_APPS=_ROOMS,
        AUTH_USER_MODEL="shops.Person",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        FIELD_KEYS=Path(sys.argv[1]),
        USE_TZ=True,
    )
    django.setup()
    serve()


if __name__ == "__main__":
    main()
