"""Start Django for the commands that need the desk, once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import django
from django.apps import apps

from aftersale.config.home import home, prepare

if TYPE_CHECKING:
    from aftersale.config.home import Home

SETTINGS = "aftersale.config.settings"


def start(place: Home | None = None) -> Home:
    """Make what is missing in the desk's folder, let Django read its settings, and give the folder."""
    place = place or home()
    prepare(place)
    configure(place)
    # The rooms define tables, which stand only now.
    from aftersale.config.wiring import register_jobs  # noqa: PLC0415

    register_jobs()
    return place


def configure(place: Home) -> Home:
    """Let Django read the settings of a folder in which nothing is made yet."""
    os.environ["AFTERSALE_HOME"] = str(place.root)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    if not apps.ready:
        django.setup()
    return place
