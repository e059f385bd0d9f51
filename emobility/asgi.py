"""The portal's ASGI application: HTTP and the browsers' live socket. Stations have a port of their own."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emobility.settings")

application = get_asgi_application()
