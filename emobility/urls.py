"""Every URL of the portal."""

from allauth.account import views as account
from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from emobility import health
from emobility.api import api

# One login for portal and admin, with its rate limit.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

account_patterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("password/change/", account.password_change, name="account_change_password"),
]

urlpatterns = [
    path("admin/", admin.site.urls),
    path("account/", include(account_patterns)),
    path("api/v1/", api.urls),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("", include("stations.portal.urls")),
]
