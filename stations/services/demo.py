"""What a fresh installation starts with: an administrator, and with DEMO a place to connect stations to."""

import json
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model

from stations.models import Badge, Company, OnboardingToken, Site, SiteArea
from stations.services.credentials import create_onboarding_token, digest

DEMO_BADGES = 50


class FirstRun:
    """The credentials made at the first start, kept in a file only its owner can read."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or settings.DATA_DIR / "first-run.json"
        self.values: dict[str, str] = {}
        if self.path.exists():
            self.values = json.loads(self.path.read_text(encoding="utf-8"))

    def keep(self, **values: str) -> None:
        """Remember ``values`` for the next start."""
        self.values.update(values)
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(self.values, file, indent=1)


def ensure_administrator(kept: FirstRun) -> str | None:
    """Make user ``admin`` if there is no administrator yet; returns its password while it is the generated one."""
    users = get_user_model().objects
    if not users.filter(is_superuser=True).exists():
        password = secrets.token_urlsafe(12)
        users.create_superuser("admin", password=password)
        kept.keep(password=password)
    admin = users.filter(username="admin").first()
    password = kept.values.get("password", "")
    return password if admin is not None and admin.check_password(password) else None


def ensure_demo(kept: FirstRun) -> str:
    """Make the demo company, site, area, badges and onboarding token if they are missing; returns the token."""
    company, _ = Company.objects.get_or_create(name="Demo Charging")
    site, _ = Site.objects.get_or_create(
        company=company, name="Station Road car park", defaults={"address": "1 Station Road"}
    )
    area, _ = SiteArea.objects.get_or_create(
        site=site, name="Ground floor", defaults={"maximum_power_w": 250_000, "any_badge": True}
    )
    for number in range(1, DEMO_BADGES + 1):
        id_tag = f"DEMO{number:04d}"
        Badge.objects.get_or_create(
            key=id_tag.lower(), defaults={"id_tag": id_tag, "label": f"Demo badge {number}", "company": company}
        )
    secret = kept.values.get("token", "")
    if not secret or not OnboardingToken.objects.filter(digest=digest(secret, purpose="onboarding")).exists():
        _, secret = create_onboarding_token(description="Demo stations", site_area=area)
        kept.keep(token=secret)
    return secret
