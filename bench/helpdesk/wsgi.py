"""Serve django-helpdesk; the settings are named in the environment."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
