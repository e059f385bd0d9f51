"""The portal's ASGI application: HTTP and the browsers' live socket. Stations have a port of their own."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emobility.settings")

# First, because it loads the apps that the imports below need.
http_application = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from django.urls import path  # noqa: E402

from stations.portal.live import LiveConsumer  # noqa: E402

live_socket = URLRouter([path("live/", LiveConsumer.as_asgi())])

application = ProtocolTypeRouter(
    {
        "http": http_application,
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(live_socket)),
    }
)
