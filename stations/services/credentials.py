"""Makes and checks machine credentials: onboarding tokens and API keys.

They are random (256 bits), so a keyed fast hash protects them as well as a slow one would and costs
microseconds, which a thousand stations coming back at once need.
"""

import hashlib
import hmac
import re
import secrets
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emobility.common.events import publish
from stations.models import ApiKey, OnboardingToken, SiteArea
from stations.services.errors import Conflict
from stations.services.records import delete_record, save_record

TOKEN_PATTERN = re.compile(r"[A-Za-z0-9_-]{20,64}")


def digest(secret: str, *, purpose: str) -> str:
    """Keyed hash under which ``secret`` is stored and looked up."""
    return hmac.new(settings.SECRET_KEY.encode(), f"{purpose}:{secret}".encode(), hashlib.sha256).hexdigest()


def create_onboarding_token(
    *,
    description: str,
    site_area: SiteArea,
    expires_at: datetime | None = None,
    disconnects_stations: bool = False,
    actor: Any = None,
) -> tuple[OnboardingToken, str]:
    """Make an onboarding token; returns it and its secret, which cannot be shown again."""
    secret = secrets.token_urlsafe(24)
    token = OnboardingToken.objects.create(
        description=description,
        site_area=site_area,
        digest=digest(secret, purpose="onboarding"),
        expires_at=expires_at,
        disconnects_stations=disconnects_stations,
        created_by=actor,
    )
    publish("onboarding-tokens")
    return token, secret


def station_url_prefix(secret: str) -> str:
    """The URL a station connects to, up to and including the slash before its identity."""
    return f"{settings.PUBLIC_OCPP_URL}/ocpp/{secret}/"


def update_onboarding_token(token: OnboardingToken, *, actor: Any, **values: Any) -> OnboardingToken:
    """Set ``values`` on ``token``: its description, its expiry or what its end means for its stations."""
    save_record(token, actor=actor, **values)
    stations = [f"station-{pk}" for pk in token.stations.values_list("pk", flat=True)]
    transaction.on_commit(lambda: publish("onboarding-tokens", *stations))
    return token


def revoke_onboarding_token(
    token: OnboardingToken, *, refuse_stations: bool | None = None, actor: Any = None
) -> OnboardingToken:
    """Stop new stations from registering with ``token``, from now on; a revoked token stays revoked since then.

    ``refuse_stations`` says whether those that registered with it earlier are refused too; None leaves
    that as the token has it.
    """
    if refuse_stations is None:
        refuse_stations = token.disconnects_stations
    return update_onboarding_token(
        token,
        actor=actor,
        revoked_at=token.revoked_at or timezone.now(),
        disconnects_stations=refuse_stations,
    )


def create_api_key(*, user: Any, name: str) -> tuple[ApiKey, str]:
    """Make an API key that acts as ``user``; returns it and its secret, which cannot be shown again."""
    secret = secrets.token_urlsafe(32)
    return ApiKey.objects.create(user=user, name=name, digest=digest(secret, purpose="api")), secret


def user_of_api_key(secret: str) -> Any | None:
    """The active user a key acts as, or None when the key is unknown or revoked."""
    key = ApiKey.objects.select_related("user").filter(digest=digest(secret, purpose="api"), revoked_at=None).first()
    return key.user if key and key.user.is_active else None


def delete_onboarding_token(token: OnboardingToken, *, actor: Any) -> None:
    """Delete ``token``; raises ``Conflict`` while stations still connect with it."""
    if count := token.stations.count():
        raise Conflict(_("{count} stations connect with this token. Revoke it instead.").format(count=count))
    delete_record(token, actor=actor)
    publish("onboarding-tokens")
