"""Composition root of the operator portal: settings, URLs, ASGI, API, background tasks."""

from emobility.celery import app as celery_app

__all__ = ["celery_app"]
