"""Hand the desk to a server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aftersale.config.settings")
application = get_wsgi_application()

# The rooms define tables, which stand only now.
from aftersale.config.wiring import register_jobs  # noqa: E402

register_jobs()
